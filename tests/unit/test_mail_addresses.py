"""Mail addresses: right ones are taken in any alphabet, wrong ones refused in a sentence that says why."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.addresses import Address, address, mailbox
from bot.ports import Refusal


@pytest.mark.parametrize(
    ("text", "spec"),
    [
        ("iam@contoso.com", "iam@contoso.com"),
        ("  Ada.O'Neil+alerts@Contoso.COM ", "Ada.O'Neil+alerts@contoso.com"),
        ("root@localhost", "root@localhost"),
        ("info@bücher.example", "info@xn--bcher-kva.example"),
        ("info@straße.example", "info@xn--strae-oqa.example"),
        ("山田@例え.テスト", "山田@xn--r8jz45g.xn--zckzah"),
        ("josé@BÜCHER.example", "josé@xn--bcher-kva.example"),
    ],
)
def test_addresses_are_written_as_mail_servers_know_them(text: str, spec: str) -> None:
    assert address(text).spec == spec


def test_only_letters_before_the_at_need_more_than_an_old_server_knows() -> None:
    assert address("josé@contoso.com").international
    assert not address("jose@bücher.example").international


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "must be like iam@contoso.com"),
        ("iam", "must be like"),
        ("@contoso.com", "must be like"),
        ("iam@", "must be like"),
        ("a@b@contoso.com", "must be like"),
        ("a b@contoso.com", "before the @"),
        (".a@contoso.com", "before the @"),
        ("a..b@contoso.com", "before the @"),
        ('"a"@contoso.com', "before the @"),
        ("a,b@contoso.com", "before the @"),
        (f"{'a' * 65}@contoso.com", "before the @"),
        ("a\r\nBcc: eve@contoso.com", "before the @"),
        ("iam@contoso", "has no dot"),
        ("iam@contoso..com", "is no domain"),
        ("iam@-contoso.com", "is no domain"),
        ("iam@contoso.com.", "is no domain"),
        ("iam@contoso.com?bcc=eve", "is no domain"),
        ("iam@con toso.com", "is no domain"),
        ("iam@contoso.com\r\nRSET", "is no domain"),
        ("iam@.ü.", "is no domain"),
        ("iam@[192.0.2.1]", "is no domain"),
        ("iam@192.0.2.1", "no IP address"),
        (f"iam@{'a' * 64}.com", "is no domain"),
        (f"iam@{'a.' * 130}com", "longer than 254"),
    ],
)
def test_a_wrong_address_is_refused_with_what_is_wrong(text: str, why: str) -> None:
    with pytest.raises(Refusal) as told:
        address(text)
    assert why in str(told.value)
    assert str(told.value).isprintable()
    assert len(str(told.value)) < 300


def test_a_sender_may_have_a_name() -> None:
    assert mailbox('"Syncwatch, IAM" <bot@contoso.com>') == Address(
        local="bot", domain="contoso.com", name="Syncwatch, IAM"
    )
    assert mailbox("<bot@contoso.com>").name == ""
    assert mailbox("bot@contoso.com").spec == "bot@contoso.com"


@pytest.mark.parametrize("text", ["A <b@c.de> <e@f.gh>", "A <b@c.de", "A b@c.de", "A\u202e <b@c.de>", "A\x00 <b@c.de>"])
def test_a_sender_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(Refusal, match="is no mail address"):
        mailbox(text)


@given(st.text(alphabet='aZ9.@-<>"\\ \r\n\x00,;:()[]üß\u202e\u2024%!', max_size=30))
def test_what_is_taken_can_stand_in_a_command_and_what_is_not_is_refused(text: str) -> None:
    try:
        found = mailbox(text)
    except Refusal:
        return
    assert not set(found.spec) & set(' \r\n\x00<>,;:()[]"\\')
    assert found.domain.isascii()
    assert found.name.isprintable()
