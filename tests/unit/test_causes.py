"""Causes: from codes in any spelling to one cause and its advice."""

import pytest

from bot.causes import advice, cause_of, knowledge
from bot.conflicts import conflict
from tests.support.make import event


@pytest.mark.parametrize(
    ("code", "known"),
    [
        ("ContosoEntryConflict", "Conflict"),
        ("contosoentryconflict", "Conflict"),
        ("PropertyConflict", "PropertyConflict"),
        ("SlackInvalidCredentials", "SalesforceInvalidCredentials"),
        ("Timeout", "Timeout"),
        ("TimeOut", "TimeOut"),
        (
            "ContosoSystemForCrossDomainIdentityManagementBadResponse",
            "SystemForCrossDomainIdentityManagementBadResponse",
        ),
        ("Microsoft Entra ID QuotaLimitExceeded", "AzureActiveDirectoryQuotaLimitExceeded"),
        ("InvitationCreationFailureAmbiguousUser", "InvitationCreationFailureAmbiguousUser"),
    ],
)
def test_a_code_is_found_in_its_spellings(code: str, known: str) -> None:
    assert advice(code).code == known


def test_an_unknown_code_is_a_cause_of_its_own_with_microsofts_text() -> None:
    told = advice("QuantumFluxError", "The flux capacitor is empty.")
    assert (told.code, told.meaning, told.known) == ("QuantumFluxError", "The flux capacitor is empty.", False)


def test_a_code_that_is_not_known_may_be_known_by_the_text_of_its_reason() -> None:
    assert advice("", "LDAP said OperationsError-SvcErr, data 0").code == "OperationsError-SvcErr"


def test_a_reason_of_quarantine_is_never_taken_for_the_end_of_an_objects_code() -> None:
    assert not advice("SomethingUnknown").known


@pytest.mark.parametrize(
    ("reason", "attribute", "value"),
    [
        ("proxyAddresses 'smtp:a@b.com' is used", "proxyAddresses", "smtp:a@b.com"),
        (
            "Another object has the same value for property userPrincipalName: a.b@c.com.",
            "userPrincipalName",
            "a.b@c.com",
        ),
        ("The value SMTP:x@y.org of ProxyAddresses is taken", "proxyAddresses", "SMTP:x@y.org"),
        ("HTTP 409", "", ""),
    ],
)
def test_the_attribute_and_the_value_in_conflict_are_read_from_the_reason(
    reason: str, attribute: str, value: str
) -> None:
    assert conflict(reason) == (attribute, value)


def test_two_values_in_conflict_on_one_attribute_are_one_cause() -> None:
    one, value = cause_of(event(1, reason="proxyAddresses 'smtp:a@b.com' is used"))
    other, another = cause_of(event(2, reason="proxyAddresses 'smtp:c@d.com' is used"))
    assert one == other
    assert (value, another) == ("smtp:a@b.com", "smtp:c@d.com")


def test_every_code_of_the_knowledge_base_is_found_by_its_own_name() -> None:
    for code in knowledge().codes():
        assert advice(code).code == code
