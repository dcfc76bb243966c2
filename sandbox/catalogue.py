"""The provisioning configurations of the company: which jobs there are, how often they run and how much they do."""

from __future__ import annotations

import msgspec

MINUTES = 60.0
ENTRA = "Microsoft Entra ID"
AD = "Active Directory"


class Kind(msgspec.Struct, frozen=True, kw_only=True):
    """One job of a configuration. `prefix` is the connector's name in front of its error codes."""

    template: str
    source: str = ENTRA
    target: str
    objects: str = "User"
    prefix: str = ""
    cadence: float = 40 * MINUTES
    volume: tuple[int, int] = (3, 9)
    oauth: bool = False


class Configuration(msgspec.Struct, frozen=True, kw_only=True):
    """One service principal with its jobs; without a name it is named after the AD domain, as cloud sync does."""

    name: str = ""
    application_template: str = ""
    homepage: str = ""
    secret_days: int = 200
    jobs: tuple[Kind, ...]


def _app(name: str, template: str, **more: object) -> Configuration:
    secret_days = int(str(more.pop("secret_days", 200)))
    return Configuration(
        name=name,
        secret_days=secret_days,
        jobs=(msgspec.convert({"template": template, "target": name, **more}, Kind),),
    )


CLOUD_SYNC = Configuration(
    application_template="1a4721b3-e57f-4451-ae87-ef078703ec94",
    homepage="https://account.activedirectory.windowsazure.com:444/applications/default.aspx?metadata=AD2AADProvisioning",
    jobs=(
        Kind(template="AD2AADProvisioning", source=AD, target=ENTRA, cadence=2 * MINUTES, volume=(0, 3)),
        Kind(template="AD2AADPasswordHash", source=AD, target=ENTRA, cadence=2 * MINUTES, volume=(0, 2)),
        Kind(template="AAD2ADExchangeHybridWriteback", target=AD, cadence=20 * MINUTES, volume=(0, 3)),
        Kind(template="AAD2ADGroupProvisioning", target=AD, objects="Group", cadence=20 * MINUTES, volume=(0, 2)),
    ),
)
CROSS_TENANT = Configuration(
    name="Finch Labs guests",
    application_template="518e5f48-1fc8-4c48-9387-9fdf28b0dfe7",
    homepage="https://account.activedirectory.windowsazure.com:444/applications/default.aspx?metadata=aad2aadsync",
    jobs=(Kind(template="Azure2Azure", target="Finch Labs", prefix="AzureActiveDirectory"),),
)
# The template id of Workday's connector is in no public text, so this one is made up; treat all of them as opaque.
WORKDAY = Configuration(
    name="Workday to Entra ID",
    jobs=(Kind(template="Workday2AAD", source="Workday", target=ENTRA, prefix="Workday", volume=(2, 6)),),
)

# Fictional applications: some from a gallery, with the connector's name before its error codes, some plain SCIM.
CONFIGURATIONS = (
    CLOUD_SYNC,
    WORKDAY,
    CROSS_TENANT,
    _app("Slackline", "SlacklineOutDelta", prefix="Slackline", oauth=True),
    _app("Salesforge", "SalesforgeOutDelta", prefix="Salesforge"),
    _app("ServiceNest", "ServiceNestOutDelta", prefix="ServiceNest"),
    _app("Boxwood Files", "scim", prefix="SystemForCrossDomainIdentityManagement"),
    _app("Ledgerline", "scim", prefix="SystemForCrossDomainIdentityManagement", secret_days=90),
    _app("Plotter", "customappsso", prefix="SystemForCrossDomainIdentityManagement"),
)
