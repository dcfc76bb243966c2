"""What the cards say to somebody at three in the morning."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from msgspec.structs import replace

from bot.model import Advice, Alert, Evidence, Execution, Failing, Job, Quarantine, Severity, State
from bot.ports import Card
from cards import notes, outlook, sample, words
from cards.confirm import confirm
from cards.errors import errors
from cards.help import COMMANDS
from cards.help import help as help_card
from cards.incident import incident, marker
from cards.incidents import incidents
from cards.job import job
from cards.jobs import jobs
from cards.refusal import refusal
from cards.welcome import welcome
from tests.support.card_checks import nodes

NOW = sample.NOW
OPEN = sample.IN_QUARANTINE
TAKEN = replace(
    OPEN, state=State.ACKNOWLEDGED, acknowledged_by="Ada Admin", acknowledged_at=NOW - timedelta(minutes=12)
)
OVER = replace(TAKEN, state=State.RESOLVED, resolved_at=NOW)


def said(card: Card) -> str:
    """All text of a card, in order, as plain lines."""
    lines: list[str] = []
    for node in nodes({"body": card["body"]}):
        if node.get("type") == "RichTextBlock":
            lines.append("".join(each["text"] for each in node["inlines"]))
        elif node.get("type") in ("TextBlock", "Badge"):
            lines.append(node["text"])
        elif "value" in node and "title" in node:
            lines.append(f"{node['title']}: {node['value']}")
    return "\n".join(lines)


def pressable(card: Card) -> dict[str, tuple[str, str]]:
    found: list[dict[str, Any]] = [node for node in nodes(card) if node.get("type") == "Action.Execute"]
    return {node["title"]: (node["verb"], node["data"]["words"]) for node in found}


# --- the incident ------------------------------------------------------------------------------------------------------


def test_an_open_incident_says_how_bad_what_to_do_and_when_it_gets_worse() -> None:
    told = said(incident(OPEN, sample.PASSWORD_ADVICE, NOW, seen_after=timedelta(seconds=41)))

    assert told.startswith("High\n")
    assert "#42 · nobody has it yet" in told
    assert "The saved Workday credential was refused. No joiner, mover or leaver reaches Entra ID" in told
    assert "Do this Renew the password" in told
    assert (
        "If not Entra tries again on 21 Nov 04:14 UTC, then up to once a day, and switches the job off on 18 Dec (day 28)."
        in told
    )
    assert "Cause: EncounteredQuarantineException · InvalidCredentials" in told
    assert told.endswith("Seen 41 s after the log row · updated 21 Nov 01:20 UTC")


def test_an_open_card_tells_its_times_in_the_readers_zone_and_nothing_on_it_ages() -> None:
    card = incident(TAKEN, sample.PASSWORD_ADVICE, NOW, seen_after=timedelta(seconds=41))

    began = "{{DATE(2026-11-20T22:14:00Z,SHORT)}} {{TIME(2026-11-20T22:14:00Z)}} (20 Nov 22:14 UTC)"
    assert f"Since: {began}" in said(card)
    assert "Switches off: {{DATE(2026-12-18T22:14:00Z,SHORT)}}" in said(card)
    assert "Taken: {{DATE(2026-11-21T01:08:00Z,SHORT)}}" in said(card)
    later = said(incident(TAKEN, sample.PASSWORD_ADVICE, NOW + timedelta(minutes=40), seen_after=timedelta(seconds=41)))
    assert later.replace("02:00 UTC", "01:20 UTC") == said(card), "only the time of the update may differ"


def test_a_name_from_the_directory_is_never_read_as_a_time() -> None:
    hostile = replace(sample.PEOPLE[0], object_name="{{TIME(2017-02-14T06:00:00Z)}}")
    evidence = replace(sample.ADDRESSES_CLASH.evidence, examples=(hostile,))
    told = said(incident(replace(sample.ADDRESSES_CLASH, evidence=evidence), None, NOW))

    assert "{{TIME(2017" not in told


def test_its_buttons_are_commands() -> None:
    job_id = sample.WORKDAY.id

    assert pressable(incident(OPEN, None, NOW)) == {
        "Acknowledge": ("ack", "42"),
        "Assign to me": ("assign", "42 me"),
        "Show errors": ("errors", job_id),
        "Job": ("status", job_id),
        "Snooze…": ("snooze", "42"),
        "What happened": ("incident", "42"),
        "Restart…": ("restart", job_id),
    }


def test_the_card_can_be_found_again_by_its_marker_and_never_by_another_ones() -> None:
    card = incident(OPEN, None, NOW)

    assert card["body"][0]["id"] == marker(OPEN) == f"syncwatch-incident-42-{OPEN.opened_at:%Y%m%dT%H%M%S}."
    assert marker(replace(OPEN, number=4)) not in json.dumps(card)
    assert marker(replace(OPEN, opened_at=NOW)) not in json.dumps(card), "another database's incident of that number"


def test_acknowledged_says_by_whom_and_takes_the_button_away() -> None:
    card = incident(TAKEN, sample.PASSWORD_ADVICE, NOW)

    assert "acknowledged by Ada Admin" in said(card)
    assert "Acknowledge" not in pressable(card)
    assert "Show errors" in pressable(card)


def test_resolved_says_so_instead_of_what_to_do_and_has_no_buttons() -> None:
    card = incident(OVER, sample.PASSWORD_ADVICE, NOW)

    assert said(card).startswith("Resolved\n")
    assert "Resolved The job has left quarantine, at 21 Nov 01:20 UTC." in said(card)
    assert "Ada Admin had it" in said(card)
    assert "Do this" not in said(card)
    assert pressable(card) == {}


def test_trouble_that_began_before_the_bot_saw_it_is_told_in_its_whole_length() -> None:
    late = replace(OVER, opened_at=NOW - timedelta(seconds=38))

    assert "high, it took 3 h 06 min" in said(incident(late, None, NOW))
    assert "Resolved after 3 h 06 min" in notes.resolved(late)


def test_failing_objects_are_counted_and_the_first_are_named() -> None:
    many = replace(sample.ADDRESSES_CLASH, evidence=replace(sample.ADDRESSES_CLASH.evidence, count=1040))
    told = said(incident(many, sample.CLASH_ADVICE, NOW))

    assert "Failing: 1,040 users: Ada Lindqvist, Bo Okafor, Chiara D'Angelo and 1,037 more" in told
    assert "Entra tries again by itself (next cycle, then about 6 h" in told
    assert "it fails again until somebody acts" in told
    assert told.count(sample.CLASH_ADVICE.meaning) == 1


def test_words_that_microsoft_invents_tomorrow_are_shown_as_they_are() -> None:
    new = Quarantine(reason="SomethingNew", error_code="NeverSeen", error_message="Nobody knows.")
    told = said(incident(replace(OPEN, evidence=Evidence(quarantine=new)), None, NOW))

    assert "SomethingNew · NeverSeen" in told
    assert "Nobody knows." in told


def test_a_job_that_waits_for_a_decision_on_deletes_offers_no_restart() -> None:
    waiting = replace(sample.QUARANTINE, reason="TooManyDeletes")

    assert "Restart…" not in pressable(incident(replace(OPEN, evidence=Evidence(quarantine=waiting)), None, NOW))


def test_an_incident_without_a_job_has_no_buttons_for_one_and_invents_no_reason() -> None:
    alert = Alert(title="Graph cannot be read", detail="It answers 403.", severity=Severity.HIGH)
    unknown = Advice(code="NoErrorCode", meaning="Microsoft gives no reason.", known=False)
    card = incident(replace(OPEN, alert=alert, evidence=Evidence()), unknown, NOW)

    assert set(pressable(card)) == {"Acknowledge", "Assign to me", "Snooze…", "What happened"}
    assert "gives no reason" not in said(card)


def test_after_28_days_the_card_says_that_the_job_is_switched_off() -> None:
    old = replace(sample.QUARANTINE, series_began=NOW - timedelta(days=30), next_attempt=None)

    assert outlook.what_entra_does(old, NOW) == "The 28 days ended on 19 Nov: Entra switches the job off."
    assert (
        outlook.quarantine_day(replace(old, series_began=NOW - timedelta(days=2, hours=1)), NOW)
        == "3 of 28 in quarantine"
    )
    assert outlook.quarantine_day(Quarantine(reason="x"), NOW) == ""


# --- jobs and errors ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changes", "shown"),
    [
        ({"status": "Active"}, "Active"),
        ({"status": "Quarantine"}, "In quarantine"),
        ({"status": "NotRun"}, "Has not run yet"),
        ({"status": "NotConfigured"}, "Not configured"),
        ({"status": "Paused"}, "Paused"),
        ({"status": "Paused", "escrows_pruned": True}, "Paused by Entra after too many errors"),
        ({"status": "Active", "schedule_state": "Disabled"}, "Switched off"),
        ({"status": "Hibernating"}, "Hibernating"),
        ({"status": ""}, "Unknown"),
    ],
)
def test_a_status_is_told_in_words(changes: dict[str, Any], shown: str) -> None:
    bare = Job(id="x", service_principal="y", name="z")

    assert words.status(replace(bare, **changes)) == shown


def test_a_job_tells_its_cycles_its_failures_and_its_incidents() -> None:
    card = job(sample.CLOUD_SYNC, [sample.CLASHING], [sample.ADDRESSES_CLASH], NOW)

    assert "Failing: 3 objects for 1 cause" in said(card)
    assert "some objects failed; 01:17 UTC (3 min ago), took 1 min; 41 read, 12 written, 3 put aside" in said(card)
    assert "In sync: 2,000 users, 164 groups" in said(card)
    assert (
        "3 × AttributeValueMustBeUnique · proxyAddresses Ada Lindqvist, Bo Okafor and 1 more, since 00:56 UTC"
        in said(card)
    )
    assert pressable(card)["Acknowledge #43"] == ("ack", "43")


def test_what_is_kept_in_sync_is_counted_in_plain_words() -> None:
    counted = replace(sample.CLOUD_SYNC, synced=(("user to User", 2004), ("Group", 1), ("Widget to Gadget", 3)))

    assert "In sync: 2,004 users, 1 group, 3 Widget to Gadget" in said(job(counted, [], [], NOW))


def test_the_portal_link_appears_only_where_both_ids_are_known() -> None:
    links = [node["url"] for node in nodes(job(sample.WORKDAY, [], [], NOW)) if "url" in node]

    assert links == [
        "https://entra.microsoft.com/#view/Microsoft_AAD_Connect_Provisioning/ProvisioningMenuBlade/~/Overview"
        f"/objectId/{sample.WORKDAY.service_principal}/appId/{sample.WORKDAY.app_id}"
    ]
    assert not [node for node in nodes(job(sample.CLOUD_SYNC, [], [], NOW)) if "url" in node]


def test_jobs_in_trouble_come_first_and_are_offered() -> None:
    running = replace(sample.CLOUD_SYNC, id="r", name="Running", last=Execution(began=NOW))
    card = jobs([(running, 0), (sample.CLOUD_SYNC, 3), (sample.WORKDAY, 128)], NOW)
    told = said(card)

    assert told.index("Workday to Entra ID") < told.index("corp.example") < told.index("Running")
    assert "3 jobs · 1 in quarantine · 131 objects failing" in told
    assert "a cycle is running" in told
    assert list(pressable(card).values()) == [("status", sample.WORKDAY.id), ("status", sample.CLOUD_SYNC.id)]


def test_errors_say_what_they_mean_what_to_do_who_acts_and_which_value() -> None:
    told = said(errors([(sample.CLASHING, sample.CLASH_ADVICE, "corp.example")], "24 h", NOW))

    assert told.startswith("3 objects fail\n1 cause · in the last 24 h\n")
    assert sample.CLASH_ADVICE.meaning in told
    assert f"Do this {sample.CLASH_ADVICE.action}" in told
    assert "Who acts an administrator" in told
    assert "• Chiara D'Angelo · proxyAddresses = smtp:sales_emea@example.com · failed at EntryExportUpdate" in told


def test_objects_beyond_the_first_are_counted() -> None:
    more: Failing = replace(sample.CLASHING, count=40)

    assert "and 37 more" in said(errors([(more, sample.CLASH_ADVICE, "x")], "24h", NOW))


# --- the others --------------------------------------------------------------------------------------------------------


def test_a_confirmation_has_two_buttons_with_its_token() -> None:
    card = confirm(
        "Restart Workday?", ["Old failures are forgotten."], "restart", "t0k3n", NOW + timedelta(minutes=2), NOW
    )

    assert pressable(card) == {"Confirm restart": ("confirm", "t0k3n"), "Cancel": ("cancel", "t0k3n")}
    assert "Only the person who asked can confirm, for 2 min (until 01:22:00 UTC)." in said(card)


def test_help_lists_what_is_not_hidden_and_offers_what_needs_no_words() -> None:
    hidden = replace(COMMANDS[0], name="confirm", usage="confirm <token>", hidden=True)
    card = help_card([*COMMANDS, hidden])

    assert "errors [<job>] [--since 24h]" in said(card)
    assert "restart <job> [--scope <scope,…>] operators only" in said(card)
    assert "confirm" not in said(card)
    assert set(pressable(card)) == {"Jobs", "Errors", "Watch", "Unwatch"}
    assert "restart" not in said(help_card(COMMANDS, "errors"))


def test_a_suggestion_is_a_button_whose_verb_is_the_command() -> None:
    card = refusal("No job matches 'wrkday'.", ["status Workday to Entra ID", "jobs", " "])

    assert pressable(card) == {"status Workday to Entra ID": ("status", "Workday to Entra ID"), "jobs": ("jobs", "")}


def test_commands_within_a_sentence_stand_out() -> None:
    runs = refusal("Write `watch me` here.")["body"][0]["inlines"]

    assert [(each["text"], each.get("weight")) for each in runs] == [
        ("Write ", None),
        ("watch me", "Bolder"),
        (" here.", None),
    ]
    assert said(refusal("a ` b")) == "a ` b"


def test_a_line_that_a_button_cannot_carry_whole_is_not_offered() -> None:
    far_too_long = f"watch slack --rule {','.join(['job_paused'] * 60)} --persona GRC"
    assert pressable(refusal("Which?", [far_too_long, "rules"])) == {"rules": ("rules", "")}


def test_of_lines_that_are_too_long_for_a_button_each_shows_what_is_its_own() -> None:
    long = "errors contoso.example to a plotter in Lisbon"
    assert list(pressable(refusal("Which?", [long, f"{long} two", "jobs"]))) == [
        "errors … Lisbon",
        "errors … Lisbon two",
        "jobs",
    ]


def test_the_welcome_says_that_the_channel_now_watches_and_how_to_stop() -> None:
    card = welcome(sample.CHANNEL)

    assert "This channel now hears of every incident" in said(card)
    assert pressable(card) == {"Jobs": ("jobs", ""), "Help": ("help", ""), "Stop watching": ("unwatch", "")}


# --- notes and times ---------------------------------------------------------------------------------------------------


def test_notes_say_what_happened_in_one_line() -> None:
    raised = replace(OPEN, alert=replace(OPEN.alert, severity=Severity.CRITICAL))
    other = replace(OPEN, alert=replace(OPEN.alert, detail="The tenant refused the sign-in."))

    assert notes.summary(OPEN) == "High: Workday to Entra ID is in quarantine (#42)"
    assert notes.summary(OVER) == "Resolved: Workday to Entra ID was in quarantine (#42)"
    assert notes.acknowledged(TAKEN) == "Ada Admin has acknowledged #42 Workday to Entra ID is in quarantine."
    assert notes.resolved(OVER) == "Resolved after 3 h 06 min: #42 Workday to Entra ID was in quarantine."
    assert notes.reopened(replace(OPEN, reopened=1)).startswith("It came back: #42")
    assert notes.reopened(replace(OPEN, reopened=3)).startswith("It came back, 3 times by now: #42")
    assert notes.changed(raised, OPEN.alert).startswith("Raised from high to critical: #42")
    assert notes.changed(OPEN, raised.alert).startswith("Lowered from critical to high: #42")
    assert notes.changed(other, OPEN.alert).endswith("The tenant refused the sign-in.")
    assert notes.changed(OPEN, replace(OPEN.alert, title="Old")).endswith("(before: Old).")


@pytest.mark.parametrize(
    ("seconds", "shown"),
    [
        (-5, "0 s"),
        (41, "41 s"),
        (720, "12 min"),
        (11_160, "3 h 06 min"),
        (14_400, "4 h"),
        (86_400, "1 day"),
        (187_200, "2 days 4 h"),
    ],
)
def test_durations_are_told_in_their_two_largest_units(seconds: int, shown: str) -> None:
    assert words.duration(timedelta(seconds=seconds)) == shown


def test_what_is_seconds_old_is_told_as_just_now() -> None:
    new = replace(OPEN, opened_at=NOW)
    fresh = replace(sample.CLOUD_SYNC, last=Execution(began=NOW, ended=NOW))

    assert "high, since just now" in said(incidents([new], NOW))
    assert "last cycle just now" in said(jobs([(fresh, 0)], NOW))
    assert "01:20 UTC (just now)" in said(job(fresh, [], [], NOW))
    assert words.ago(timedelta(seconds=10)) == "10 s ago"


def test_times_carry_their_date_only_where_that_is_not_today() -> None:
    assert words.moment(NOW, NOW) == "01:20 UTC"
    assert words.moment(sample.BEGAN, NOW) == "20 Nov, 22:14 UTC"
    assert words.moment(NOW.replace(year=2025), NOW) == "21 Nov 2025, 01:20 UTC"
