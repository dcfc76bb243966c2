"""Syncwatch: watches Microsoft Entra provisioning and speaks of it in Teams."""
