"""Mail as a receiver, against a real mail server: what arrives, and one thread for one incident."""

from __future__ import annotations

from email.utils import parsedate_to_datetime

import pytest
from msgspec.structs import replace

from bot.model import Posted, Severity, State
from bot.ports import CannotLook, TryLater
from cards import notes, sample
from tests.support.mail import LOST, mailroom
from tests.support.mail_desk import DESK, refused, told, writing


async def test_an_incident_arrives_as_text_and_as_a_page_from_the_bot_to_the_desk() -> None:
    async with mailroom() as room, writing(room.port) as email:
        await email.post(DESK, told())

    (arrived,) = room.arrived
    mail = arrived.mail
    assert (arrived.sender, arrived.recipients) == ("syncwatch@contoso.example", ("desk@contoso.example",))
    assert mail.get_content_type() == "multipart/alternative"
    assert [each.get_content_type() for each in mail.iter_parts()] == ["text/plain", "text/html"]
    assert (mail["From"], mail["To"]) == (
        "Syncwatch <syncwatch@contoso.example>",
        "Service desk <desk@contoso.example>",
    )
    assert mail["Subject"] == "[high] Workday to Entra ID is in quarantine"
    assert parsedate_to_datetime(mail["Date"]) == sample.NOW
    for kind in ("plain", "html"):
        assert "Renew the password of the integration user in Workday" in arrived.part(kind)
        assert "desk@contoso.example" in arrived.part(kind)
    assert all(len(line) <= 998 for line in arrived.raw.split(b"\r\n"))
    assert arrived.raw.isascii()


async def test_machines_are_told_that_a_machine_wrote_it_and_what_about() -> None:
    grave = replace(sample.IN_QUARANTINE, alert=replace(sample.IN_QUARANTINE.alert, severity=Severity.CRITICAL))
    async with mailroom() as room, writing(room.port) as email:
        await email.post(DESK, told(grave))

    mail = room.arrived[0].mail
    assert (mail["Auto-Submitted"], mail["X-Auto-Response-Suppress"]) == ("auto-generated", "All")
    assert mail["List-Id"] == "Syncwatch <syncwatch.contoso.example>"
    labels = [mail[f"X-Syncwatch-{name}"] for name in ("Incident", "Severity", "Rule")]
    assert labels == ["42", "critical", "quarantine"]
    assert mail["Importance"] == "high"


async def test_a_digest_has_its_own_sentence_for_a_subject() -> None:
    digest = replace(told(), incident=None, summary="Provisioning in the last 24 hours: 99.1 % got through, 2 open")
    async with mailroom() as room, writing(room.port) as email:
        await email.post(DESK, digest)

    mail = room.arrived[0].mail
    assert mail["Subject"] == "Provisioning in the last 24 hours: 99.1 % got through, 2 open"
    assert mail["X-Syncwatch-Incident"] is None


async def test_one_incident_is_one_thread_whatever_becomes_of_it_and_an_edit_sends_nothing() -> None:
    over = replace(sample.IN_QUARANTINE, state=State.RESOLVED, resolved_at=sample.NOW)
    async with mailroom() as room, writing(room.port) as email:
        posted = await email.post(DESK, told())
        await email.update(DESK, posted, told(over, "incident-42-2"))
        await email.note(DESK, posted, notes.resolved(over), told(over, "note-7"))
        await email.note(DESK, posted, notes.reopened(sample.IN_QUARANTINE), told(key="note-8"))

    first, resolved, again = (each.mail for each in room.arrived)
    assert first["In-Reply-To"] is None
    for mail in (resolved, again):
        assert mail["In-Reply-To"] == mail["References"] == first["Message-ID"] == posted.activity_id
        assert mail["Subject"] == f"Re: {first['Subject']}"
    assert len({mail["Message-ID"] for mail in (first, resolved, again)}) == 3


async def test_a_note_says_what_happened_first_and_below_it_how_things_stand() -> None:
    over = replace(sample.IN_QUARANTINE, state=State.RESOLVED, resolved_at=sample.NOW)
    async with mailroom() as room, writing(room.port) as email:
        await email.note(DESK, Posted(activity_id="<a@b>", thread_id="x"), notes.resolved(over), told(over))

    for kind in ("plain", "html"):
        said = room.arrived[0].part(kind)
        assert said.rindex("Resolved after 3 h 06 min") < said.index("The job has left quarantine")
    assert room.arrived[0].part("plain").startswith("Resolved after")


async def test_a_retry_has_the_same_message_id_and_nothing_else_has() -> None:
    other = replace(DESK, id="mailto:other@contoso.example")
    async with mailroom() as room:
        for bot in ("bot-1", "bot-2"):
            async with writing(room.port, bot=bot) as email:
                for where in (DESK, DESK, other):
                    await email.post(where, told())
                posted = await email.post(DESK, told(key="incident-43"))
                await email.note(DESK, posted, "x", told(key="note-1"))
                await email.post(DESK, told(replace(sample.IN_QUARANTINE, opened_at=sample.NOW)))

    ids = [each.mail["Message-ID"] for each in room.arrived]
    assert ids[0] == ids[1]
    assert len(set(ids)) == len(ids) - 2


async def test_an_answer_that_is_lost_after_the_mail_was_given_leaves_open_whether_it_arrived() -> None:
    async with mailroom() as room, writing(room.port) as email:
        room.answers["DATA"] = [LOST]
        lost = await refused(email)
        posted = await email.post(DESK, told())

    assert isinstance(lost, TryLater)
    assert lost.uncertain
    assert [each.mail["Message-ID"] for each in room.arrived] == [posted.activity_id] * 2


async def test_a_mailbox_cannot_be_looked_into() -> None:
    async with mailroom() as room, writing(room.port) as email:
        assert not email.looks
        with pytest.raises(CannotLook):
            await email.find(DESK, "syncwatch-incident-42.")
