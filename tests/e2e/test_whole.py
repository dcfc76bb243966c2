"""The whole way through: from a row of the log to a living card, and from a button to Graph."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from sandbox.faults import Fault
from tests.support.whole import Whole, cards_of, whole, words


@pytest.fixture(params=["log_analytics", "graph"])
async def scene(tmp_path: Path, request: pytest.FixtureRequest) -> AsyncIterator[Whole]:
    async with whole(tmp_path, source=request.param) as everything:
        yield everything


@pytest.fixture
async def quiet(tmp_path: Path) -> AsyncIterator[Whole]:
    async with whole(tmp_path) as everything:
        yield everything


async def test_a_healthy_tenant_is_not_talked_about(scene: Whole) -> None:
    await scene.look()
    await scene.look(seconds=3600)
    assert await scene.incidents() == []
    assert len(scene.teams.cards()) == 1  # the welcome


async def test_failing_objects_get_one_card_which_says_what_to_do_and_is_resolved_by_the_data(scene: Whole) -> None:
    await scene.look()
    scene.tenant.beat("proxy_conflict", count=3)
    await scene.look(seconds=60)
    card = scene.card("AttributeValueMustBeUnique")
    assert "proxyAddresses" in words(card)
    assert "3 " in words(card)

    scene.tenant.beat("recover", job="AD2AADProvisioning")
    for _ in range(4):
        await scene.look(seconds=150)
    assert await scene.incidents() == []
    assert len(cards_of(scene, "AttributeValueMustBeUnique")) == 1
    assert "Resolved" in words(scene.card("AttributeValueMustBeUnique"))
    assert any("Resolved" in text for text in scene.teams.texts())


async def test_forty_users_of_one_cause_are_one_card_whose_count_grows_in_place(scene: Whole) -> None:
    await scene.look()
    scene.tenant.beat("fail", job="Plotter", code="MandatoryFieldsMissing", count=10)
    await scene.look(seconds=60)
    scene.tenant.beat("fail", job="Plotter", code="MandatoryFieldsMissing", count=30)
    await scene.look(seconds=60)
    (card,) = cards_of(scene, "MandatoryFieldsMissing")
    assert "40" in words(card)


async def test_restart_from_chat_clears_the_quarantine_and_the_card_resolves_by_itself(quiet: Whole) -> None:
    await quiet.look()
    quiet.tenant.beat("credential_expires", job="Workday")
    await quiet.look(seconds=60)
    card = quiet.card("is in quarantine")

    asked = await quiet.say("restart workday")
    reply = await quiet.teams.press(asked, "confirm")
    assert reply.status == 200
    quiet.tenant.advance()
    assert quiet.tenant.actions[-1].verb == "restart"
    for person in quiet.tenant.admins[:2]:
        receipt = next(each for each in quiet.teams.cards(person=person) if each.id == asked.id)
        assert "is restarting" in words(receipt)
        assert receipt.buttons == []

    for _ in range(8):
        await quiet.look(seconds=600)
    assert await quiet.incidents() == []
    resolved = next(each for each in quiet.teams.cards() if each.id == card.id)
    assert "Resolved" in words(resolved)


async def test_acknowledge_changes_the_card_for_everybody(quiet: Whole) -> None:
    await quiet.look()
    quiet.tenant.beat("credential_expires", job="Workday")
    await quiet.look(seconds=60)
    await quiet.teams.press(quiet.card("is in quarantine"), "Acknowledge")
    await quiet.deliver()
    ada, bob = quiet.tenant.admins[:2]
    for person in (ada, bob):
        card = next(c for c in quiet.teams.cards(person=person) if "is in quarantine" in words(c))
        assert ada["displayName"] in words(card)
    assert any("acknowledged" in text for text in quiet.teams.texts())


async def test_a_reader_who_presses_acknowledge_is_refused_and_the_card_stays(quiet: Whole) -> None:
    await quiet.look()
    quiet.tenant.beat("credential_expires", job="Workday")
    await quiet.look(seconds=60)
    before = words(quiet.card("is in quarantine"))
    await quiet.teams.press(quiet.card("is in quarantine"), "Acknowledge", person=quiet.tenant.admins[1])
    await quiet.teams.until(lambda: "for operators" in words(quiet.teams.cards()[-1]))
    assert words(quiet.card("is in quarantine")) == before


async def test_unknown_words_from_microsoft_pass_through_visibly(scene: Whole) -> None:
    await scene.look()
    told = scene.tenant.beat("unknown_words")
    await scene.look(seconds=60)
    said = " ".join(words(card) for card in scene.teams.cards()) + words(await scene.say("errors"))
    said += words(await scene.say("status plotter")) + words(await scene.say("jobs"))
    assert [word for word in told["words"] if word not in said] == []


async def test_an_activity_of_an_unknown_type_is_taken_and_logged(
    quiet: Whole, caplog: pytest.LogCaptureFixture
) -> None:
    activity = {
        "type": "hologram",
        "id": "h1",
        "channelId": "msteams",
        "serviceUrl": quiet.door.url,
        "from": {"id": "29:x", "aadObjectId": quiet.tenant.admins[0]["id"]},
        "conversation": {"id": "19:x@thread.tacv2", "tenantId": quiet.tenant.id},
        "recipient": {"id": "28:bot"},
        "channelData": {"tenant": {"id": quiet.tenant.id}},
    }
    with caplog.at_level("INFO"):
        assert (await quiet.door.deliver(activity)).status == 200
    assert any("hologram" in str(vars(record)) for record in caplog.records)


async def test_while_the_log_cannot_be_read_nothing_resolves_and_the_bot_is_not_ready(scene: Whole) -> None:
    await scene.look()
    scene.tenant.beat("proxy_conflict", count=3)
    await scene.look(seconds=60)
    assert scene.bot.health.problems() == []

    for area in ("logs", "reports", "graph"):
        scene.faults.add(Fault(area=area, kind="status", status=503, times=1000))
    for _ in range(3):
        await scene.look(seconds=60)
    assert len(await scene.incidents()) == 1
    assert len(scene.bot.health.problems()) == 2

    scene.faults.clear()
    await scene.look(seconds=60)
    assert scene.bot.health.problems() == []


async def test_a_connector_that_fails_for_a_while_gets_the_card_once_when_it_is_back(quiet: Whole) -> None:
    await quiet.look()
    quiet.faults.add(Fault(area="door", kind="status", status=429, retry_after=5, times=2))
    quiet.faults.add(Fault(area="door", kind="status", status=503, times=2))
    quiet.tenant.beat("credential_expires", job="Workday")
    await quiet.look(seconds=60)
    assert cards_of(quiet, "is in quarantine") == []
    for _ in range(6):
        await quiet.look(seconds=120)
    assert len(cards_of(quiet, "is in quarantine")) == 1


async def test_a_post_that_arrived_although_its_answer_was_lost_is_found_again(quiet: Whole) -> None:
    await quiet.look()
    quiet.faults.add(Fault(area="door", kind="drop_after", times=1))
    quiet.tenant.beat("credential_expires", job="Workday")
    await quiet.look(seconds=60)
    await quiet.look(seconds=120)
    assert len(cards_of(quiet, "is in quarantine")) == 1
    async with quiet.bot.store.look() as tx:
        assert await tx.outbox.due(quiet.clock()) == []
