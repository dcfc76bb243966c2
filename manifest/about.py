"""The page that the manifest names as website, privacy statement and terms of use; the bot serves it at /about."""

ABOUT = """\
Syncwatch

Syncwatch watches the provisioning jobs of one Microsoft Entra tenant and says in Microsoft Teams what broke, why and
what to do. This copy is run by the organisation whose tenant it watches; nobody else runs it, and nobody else is asked.

What it reads. The provisioning jobs and the provisioning log of the tenant, from Microsoft Graph or from the
organisation's own Log Analytics workspace. In Teams: what is typed to it, and the buttons pressed on its cards. If its
administrator switches on READ_BACK, it also looks through the newest messages of a channel or group chat that it posts to,
when it is unsure whether a card of its own arrived there; what others wrote is neither judged nor kept.

What it keeps, in its own database. The objects that provisioning fails on (name, id, the value in conflict, the error),
its incidents, the conversations that it may speak in, and who ran which command through it.

Where that goes. To the Teams conversations that watch, and nowhere else. It answers people of the configured tenant only.

Terms of use. It is free software, provided as it is, without warranty; its licence comes with its source.
"""
