"""What Graph sends of the sync with Active Directory, as far as it is used."""

from __future__ import annotations

import msgspec

from bot.adapters.graph.wire import Wire


class Organization(Wire, frozen=True, kw_only=True):
    on_premises_sync_enabled: bool | None = None
    on_premises_last_sync_date_time: str | None = None
    on_premises_last_password_sync_date_time: str | None = None


class Organizations(Wire, frozen=True, kw_only=True):
    value: list[Organization] | None = None


class PropertyError(Wire, frozen=True, kw_only=True):
    """onPremisesProvisioningError."""

    category: str | None = None
    occurred_date_time: str | None = None
    property_causing_error: str | None = None
    value: str | None = None


class ServiceError(Wire, frozen=True, kw_only=True):
    """serviceProvisioningError, of either kind."""

    created_date_time: str | None = None
    is_resolved: bool | None = None
    service_instance: str | None = None
    error_detail: str | None = None


class Provisioned(Wire, frozen=True, kw_only=True):
    """A user, group or contact with what went wrong about it."""

    id: str | None = None
    display_name: str | None = None
    on_premises_provisioning_errors: list[PropertyError] | None = None
    service_provisioning_errors: list[ServiceError] | None = None


class Page(Wire, frozen=True, kw_only=True):
    value: list[Provisioned] | None = None
    next_link: str | None = msgspec.field(default=None, name="@odata.nextLink")


class Origin(Wire, frozen=True, kw_only=True):
    """A user or group with where it comes from."""

    id: str | None = None
    display_name: str | None = None
    user_principal_name: str | None = None
    on_premises_sync_enabled: bool | None = None
    on_premises_last_sync_date_time: str | None = None
    on_premises_domain_name: str | None = None
    on_premises_distinguished_name: str | None = None


class Found(Origin, frozen=True, kw_only=True):
    """One of them, or a list."""

    value: list[Origin] | None = None


class Behaviour(Wire, frozen=True, kw_only=True):
    """onPremisesSyncBehavior."""

    is_cloud_managed: bool | None = None
