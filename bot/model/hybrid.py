"""The sync between the tenant and Active Directory: how old it is, and what could not be synchronized."""

from __future__ import annotations

from datetime import datetime

from bot.model.base import Value


class DirectoryObject(Value, frozen=True, kw_only=True):
    """A user, group or contact, and where Graph says that it comes from. `kind` is user, group or contact.

    `cloud_managed` is None where Graph does not tell; `untold` then says why.
    """

    id: str
    kind: str
    name: str
    address: str = ""
    synced: bool = False
    synced_at: datetime | None = None
    domain: str = ""
    dn: str = ""
    cloud_managed: bool | None = None
    untold: str = ""


class SyncConflict(Value, frozen=True, kw_only=True):
    """A value of an object that was not taken over. `owners` are those who hold the value already."""

    id: str
    kind: str
    name: str
    category: str
    attribute: str
    value: str
    since: datetime | None = None
    owners: tuple[str, ...] = ()


class ServiceFault(Value, frozen=True, kw_only=True):
    """An object that a service of Microsoft 365 (mostly Exchange) did not take over from the directory."""

    id: str
    kind: str
    name: str
    service: str
    detail: str
    since: datetime | None = None


class DirectorySync(Value, frozen=True, kw_only=True):
    """The state of the sync at the last look. `enabled` is None where the tenant was never synchronized.

    `patience` is after how many hours without a sync it is stale, 0 for never; `partly` says that there are more
    objects than were looked at.
    """

    at: datetime
    enabled: bool | None = None
    synced_at: datetime | None = None
    passwords_at: datetime | None = None
    conflicts: tuple[SyncConflict, ...] = ()
    faults: tuple[ServiceFault, ...] = ()
    patience: float = 0.0
    partly: bool = False
