"""What exists in the tenant before anything happens: company, groups, applications and twelve provisioning jobs."""

from __future__ import annotations

import random
from functools import lru_cache

import msgspec

from sandbox.catalogue import CONFIGURATIONS, Configuration
from sandbox.ids import drawn_guid, guid
from sandbox.people import AD_DOMAIN, Person, make_people

COMPANY = "Alder & Finch"
PEOPLE = 2_000
_GROUPS = (
    *("All employees", "Contractors", "Finance approvers", "VPN users", "Research lab", "Sales EMEA", "Sales Americas"),
    *("Support tier 1", "Support tier 2", "Plant Turku", "Plant Porto", "Identity administrators"),
)


class Group(msgspec.Struct, frozen=True, kw_only=True):
    """A security group, kept in AD or in the cloud."""

    id: str
    name: str
    on_premises: bool
    members: tuple[Person, ...]


class ServicePrincipal(msgspec.Struct, frozen=True, kw_only=True):
    """What a job belongs to; its display name is the name people know the job by."""

    id: str
    app_id: str
    name: str
    application_template: str
    homepage: str
    secret_days: int


class JobSpec(msgspec.Struct, frozen=True, kw_only=True):
    """What is fixed about a job: whose it is, what flows from where to where, and how often."""

    id: str
    template: str
    principal: ServicePrincipal
    source: str
    target: str
    objects: str
    prefix: str
    cadence: float
    volume: tuple[int, int]
    oauth: bool
    rule_id: str

    @property
    def name(self) -> str:
        return self.principal.name


class World(msgspec.Struct, frozen=True, kw_only=True):
    """One company, for ever the same for the same seed."""

    seed: int
    tenant_id: str
    app_id: str
    app_secret: str
    workspace_id: str
    people: tuple[Person, ...]
    groups: tuple[Group, ...]
    principals: tuple[ServicePrincipal, ...]
    jobs: tuple[JobSpec, ...]
    team_group: str
    team_channels: tuple[tuple[str, str], ...]

    def guid(self, *parts: object) -> str:
        return guid("syncwatch sandbox", self.seed, *parts)


@lru_cache(maxsize=16)
def make_world(seed: int) -> World:
    """The world of a seed. Worlds do not change, so the second tenant of a seed costs nothing."""
    rng = random.Random(f"world {seed}")
    people = make_people(rng, PEOPLE)
    tenant_id = guid("syncwatch sandbox", seed, "tenant")
    principals = [_principal(seed, configuration) for configuration in CONFIGURATIONS]
    specs = [
        spec
        for configuration, principal in zip(CONFIGURATIONS, principals, strict=True)
        for spec in _jobs(seed, tenant_id, configuration, principal)
    ]
    return World(
        seed=seed,
        tenant_id=tenant_id,
        app_id=guid("syncwatch sandbox", seed, "bot"),
        app_secret=f"sandbox~{guid('syncwatch sandbox', seed, 'secret')}",
        workspace_id=guid("syncwatch sandbox", seed, "workspace"),
        people=people,
        groups=tuple(_group(rng, name, people) for name in _GROUPS),
        principals=(*principals, *_bystanders(seed)),
        jobs=tuple(specs),
        team_group=guid("syncwatch sandbox", seed, "team"),
        team_channels=tuple((_channel(seed, name), name) for name in ("General", "Identity alerts")),
    )


def _principal(seed: int, configuration: Configuration) -> ServicePrincipal:
    name = configuration.name or AD_DOMAIN
    return ServicePrincipal(
        id=guid("syncwatch sandbox", seed, "service principal", name),
        app_id=guid("syncwatch sandbox", seed, "application", name),
        name=name,
        application_template=configuration.application_template or guid("gallery", name),
        homepage=configuration.homepage,
        secret_days=configuration.secret_days,
    )


def _jobs(seed: int, tenant_id: str, configuration: Configuration, principal: ServicePrincipal) -> list[JobSpec]:
    return [
        JobSpec(
            id=f"{kind.template}.{tenant_id.replace('-', '')}.{guid(seed, 'job', kind.template, principal.name)}",
            template=kind.template,
            principal=principal,
            source=kind.source,
            target=kind.target,
            objects=kind.objects,
            prefix=kind.prefix,
            cadence=kind.cadence,
            volume=kind.volume,
            oauth=kind.oauth,
            rule_id=guid(seed, "rule", kind.template, principal.name),
        )
        for kind in configuration.jobs
    ]


def _bystanders(seed: int) -> list[ServicePrincipal]:
    """Service principals without a job, of which real tenants are full."""
    names = ("Expense Desk", "Intranet", "Payroll Viewer", "Printer Portal", "Travel Booking", "Syncwatch")
    return [
        ServicePrincipal(
            id=guid("syncwatch sandbox", seed, "service principal", name),
            app_id=guid("syncwatch sandbox", seed, "bot" if name == "Syncwatch" else f"application {name}"),
            name=name,
            application_template="",
            homepage="",
            secret_days=30 * (number + 1) - 40,
        )
        for number, name in enumerate(names)
    ]


def _group(rng: random.Random, name: str, people: tuple[Person, ...]) -> Group:
    return Group(id=drawn_guid(rng), name=name, on_premises=rng.random() < 0.5, members=tuple(rng.sample(people, 25)))


def _channel(seed: int, name: str) -> str:
    return f"19:{guid('syncwatch sandbox', seed, 'channel', name).replace('-', '')}@thread.tacv2"
