"""Groups come over without some members, and assigned people not at all, though nothing fails; later both come over whole."""

from tests.support.cases import Case
from tests.support.whole import Whole, words


async def play(whole: Whole) -> None:
    whole.tenant.beat("assigned_in_vain", job="Plotter", count=3)
    whole.tenant.beat("lost_members", count=2)
    await whole.look(seconds=60)
    skipped = words(whole.card("assigned people are skipped"))
    assert "3 users" in skipped
    assert "Low" in skipped


async def heal(whole: Whole) -> None:
    for name in ("AAD2ADGroupProvisioning", "Plotter"):
        pool = whole.tenant.job(name).pool
        whole.tenant.beat("references_found", job=name, objects=[subject.id for subject in pool])
    await whole.look(seconds=60)


CASE = Case(rule="hidden_losses", play=play, says=("members are lost", "2 groups"), heal=heal, also=("hidden_losses",))
