"""Whatever titles, details and names hold, what is sent fits its receiver; and no private address is ever let through."""

from __future__ import annotations

import ipaddress

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from bot.adapters.webhooks import ticket
from bot.adapters.webhooks.guard import Guard, Refused
from bot.adapters.webhooks.pagerduty import event
from bot.adapters.webhooks.payload import Body, Event, told
from bot.model import Evidence, Incident, Severity, State
from cards.sample import IN_QUARANTINE

TEXTS = st.text(max_size=30) | st.sampled_from(["[code]<b>[/code]", "x" * 5000, "\x00\n\u202e", "", "&amp;\\"])
EMBEDDED = [
    "::ffff:{}",
    "::{}",
    "64:ff9b::{}",
    "2002:{1:02x}{2:02x}:{3:02x}{4:02x}::",
    "64:ff9b:1:{1:02x}{2:02x}:{3:02x}{4:02x}::",
]


@st.composite
def incidents(draw: st.DrawFn) -> Incident:
    alert = replace(
        IN_QUARANTINE.alert,
        title=draw(TEXTS),
        detail=draw(TEXTS),
        job_name=draw(TEXTS),
        severity=draw(st.sampled_from(Severity)),
    )
    return replace(
        IN_QUARANTINE,
        alert=alert,
        state=draw(st.sampled_from(State)),
        evidence=Evidence(pages=((draw(TEXTS), "https://x"),)),
    )


@given(incidents(), TEXTS)
def test_any_incident_fits_each_receiver(incident: Incident, summary: str) -> None:
    body = msgspec.json.encode(Body(event=Event.OPENED, key="k", summary=summary, incident=told(incident)))
    assert msgspec.json.decode(body, type=Body).incident == told(incident)
    sent = event(incident, "trigger", summary, "k")["payload"]
    assert 0 < len(sent["summary"]) <= 1024
    assert 0 < len(sent["source"]) <= 255
    fields = ticket.opening(incident, "c", "Fixed")
    assert len(fields["short_description"]) <= 160
    assert all(len(text) <= 4000 and "[code]" not in text.lower() for text in fields.values())
    assert ticket.changes(incident, "1", fields["correlation_display"], "Fixed") == {}


@given(incidents(), incidents())
def test_a_record_says_what_it_was_told_last(before: Incident, after: Incident) -> None:
    record = ticket.opening(before, "c", "Fixed")
    record |= ticket.changes(after, record.get("state", "1"), record["correlation_display"], "Fixed")
    wanted = ticket.opening(after, "c", "Fixed")
    for name in ("impact", "urgency", "correlation_display"):
        assert record[name] == wanted[name]
    assert (record.get("state") == "6") is (after.state is State.RESOLVED)


@given(st.ip_addresses())
def test_no_address_that_is_not_one_of_the_internet_is_let_through(
    address: ipaddress.IPv4Address | ipaddress.IPv6Address,
) -> None:
    inside = address.is_private or address.is_loopback or address.is_link_local or address.is_multicast
    if inside or address.is_reserved or address.is_unspecified:
        with pytest.raises(Refused):
            Guard().check("hooks.example.com", str(address))


@given(st.ip_addresses(v=4), st.sampled_from(EMBEDDED))
def test_no_address_within_another_is_let_through(address: ipaddress.IPv4Address, form: str) -> None:
    with pytest.raises(Refused):
        Guard().check("hooks.example.com", form.format(address, *address.packed))
