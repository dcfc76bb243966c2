"""People of the directory in Graph's JSON shape."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, ClassVar

from sandbox.people import AD_DOMAIN, Person
from sandbox.rows import Json
from sandbox.tenant import Tenant

USER = (
    *("id", "businessPhones", "displayName", "givenName", "jobTitle", "mail", "mobilePhone"),
    *("officeLocation", "preferredLanguage", "surname", "userPrincipalName"),
)
"""What Graph shows of a user who asks for nothing in particular."""


class User(Mapping[str, Any]):
    """A person as Graph lists them. Each property is made when it is looked at: a filter looks at one, of everybody."""

    _PROPERTIES: ClassVar[dict[str, Callable[[Tenant, Person], Any]]] = {
        "id": lambda _tenant, person: person.id,
        "accountEnabled": lambda _tenant, _person: True,
        "businessPhones": lambda _tenant, _person: [],
        "department": lambda _tenant, person: person.department,
        "displayName": lambda _tenant, person: person.name,
        "employeeId": lambda _tenant, person: person.worker_id,
        "givenName": lambda _tenant, person: person.given,
        "jobTitle": lambda _tenant, person: person.title,
        "mail": lambda _tenant, person: person.upn,
        "mobilePhone": lambda _tenant, _person: None,
        "officeLocation": lambda _tenant, _person: None,
        "onPremisesDistinguishedName": lambda _tenant, person: person.dn,
        "onPremisesDomainName": lambda _tenant, _person: AD_DOMAIN,
        "onPremisesImmutableId": lambda _tenant, person: person.ad_guid,
        "onPremisesLastSyncDateTime": lambda tenant, _person: tenant.sync.last(tenant),
        "onPremisesProvisioningErrors": lambda tenant, person: conflicts(tenant, person.id),
        "onPremisesSyncEnabled": lambda tenant, person: person.id not in tenant.sync.cloud_managed,
        "preferredLanguage": lambda _tenant, _person: None,
        "proxyAddresses": lambda _tenant, person: [f"SMTP:{person.upn}"],
        "serviceProvisioningErrors": lambda tenant, person: refused(tenant, person.id),
        "surname": lambda _tenant, person: person.surname,
        "userPrincipalName": lambda _tenant, person: person.upn,
        "userType": lambda _tenant, _person: "Member",
    }

    def __init__(self, tenant: Tenant, person: Person) -> None:
        self._tenant, self._person = tenant, person

    def __getitem__(self, name: str) -> Any:
        return self._PROPERTIES[name](self._tenant, self._person)

    def __iter__(self) -> Iterator[str]:
        return iter(self._PROPERTIES)

    def __len__(self) -> int:
        return len(self._PROPERTIES)


def as_users(tenant: Tenant, people: Iterable[Person]) -> list[User]:
    """People as Graph lists them."""
    return [User(tenant, person) for person in people]


def conflicts(tenant: Tenant, identity: str) -> list[Json]:
    """What Connect Sync could not take over; Cloud Sync tells of conflicts in the provisioning log alone."""
    return [tenant.sync.conflicts[identity]] if identity in tenant.sync.conflicts else []


def refused(tenant: Tenant, identity: str) -> list[Json]:
    """What a service of Microsoft 365 could not take over."""
    return [tenant.sync.refused[identity]] if identity in tenant.sync.refused else []
