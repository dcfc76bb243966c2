"""Groups in the scope of jobs are deleted and renamed, assigned ones and such as filters name; a schema changes unseen.

Then the groups are restored, and cycles get through with the new schema.
"""

from tests.support.cases import Case
from tests.support.whole import Whole, words

ASSIGNED, IN_A_FILTER, NAMED_IN_A_FILTER = 0, 3, 4


async def every_job_is_looked_at(whole: Whole) -> None:
    whole.clock.turn(hours=1)
    for _ in whole.tenant.jobs:
        await whole.look(seconds=30)


async def play(whole: Whole) -> None:
    groups = whole.tenant.world.groups
    whole.tenant.beat("group_deleted", number=ASSIGNED)
    whole.tenant.beat("group_deleted", number=IN_A_FILTER)
    whole.tenant.beat("group_renamed", number=NAMED_IN_A_FILTER)
    whole.tenant.beat("schema_changed", job="Ledgerline")
    await every_job_is_looked_at(whole)
    for title, *said in (
        (f"Group {groups[ASSIGNED].name} is gone", "Workday to Entra ID", "Plotter"),
        (f"Group {groups[IN_A_FILTER].name} is gone", "Cloud sync: groups"),
        (f"Group {groups[NAMED_IN_A_FILTER].name} has another name", "Salesforge", "Contractors (old)"),
        ("The schema of Ledgerline was changed", "audit log does not say who"),
    ):
        card = words(whole.card(title))
        assert [each for each in said if each not in card] == []


async def heal(whole: Whole) -> None:
    whole.tenant.beat("groups_restored")
    await every_job_is_looked_at(whole)


CASE = Case(
    rule="group_scope",
    before=every_job_is_looked_at,
    play=play,
    says=("In the scope of", "Group id"),
    heal=heal,
    also=("config_changed", "group_scope", "group_scope"),
)
