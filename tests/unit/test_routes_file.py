"""The file of ROUTES: what it says, and every mistake in it at once, in sentences."""

import os
import time
from pathlib import Path

import pytest

from bot.adapters.webhooks import callable_addresses
from bot.detect import rules
from bot.kqlrules.header import PERSONAS
from bot.model import Severity
from bot.model.routes import Arranged, JobKind, Matchers, OnCall, RouteSource, WebhookKind
from bot.ports import BadSettings
from bot.routes_file import read
from bot.settings import secret

ADA, BOB = "0b1c2d3e-4f50-4172-8394-a5b6c7d8e9f0", "1c2d3e4f-5061-4273-8495-a6b7c8d9eaf0"
EXAMPLE = Path(__file__).parents[2] / "docs" / "routes.example.toml"
HOOK = '[webhooks.desk]\nurl = "https://desk.contoso.com/hook"\nsecret = "env:DESK"\n'
NAMES = [each.name for each in rules()]


def known(reference: str) -> None:
    """Every secret but those that say otherwise."""
    if not reference.startswith(("env:", "file:")):
        raise ValueError("is to be env:NAME or file:PATH; the secret itself does not belong into this file")


def given(tmp_path: Path, text: str) -> Arranged:
    (tmp_path / "routes.toml").write_text(text, "utf-8")
    return read(tmp_path / "routes.toml", rules=NAMES, personas=PERSONAS, secret=known, url=callable_addresses(()))


def mistakes(tmp_path: Path, text: str) -> list[str]:
    with pytest.raises(BadSettings) as told:
        given(tmp_path, text)
    return [line.strip() for line in str(told.value).splitlines()[1:]]


# --- What it says -------------------------------------------------------------------------------------------------------


def test_the_example_of_the_documentation_is_read_whole() -> None:
    found = read(EXAMPLE, rules=NAMES, personas=PERSONAS, secret=known)
    assert [(hook.id, hook.kind) for hook in found.webhooks] == [
        ("webhook:desk", WebhookKind.SERVICENOW),
        ("webhook:pager", WebhookKind.PAGERDUTY),
    ]
    assert [(each.to, each.number) for each in found.routes] == [
        ("webhook:desk", 1),
        ("19:0f1e2d3c4b5a69788796a5b4c3d2e1f0@thread.tacv2", 2),
        ("mailto:saas-team@contoso.com", 2),
        (f"person:{BOB}", 3),
    ]
    assert found.routes[0].matchers == Matchers(kinds=(JobKind.HR,), severity=Severity.HIGH)
    assert found.routes[0].mention == (ADA,)
    assert found.routes[3].matchers == Matchers(personas=("GRC",))
    assert {each.source for each in found.routes} == {RouteSource.SETTINGS}
    assert found.webhooks[0].options == {"user": "syncwatch", "fields": {"assignment_group": "Identity"}}
    assert found.fallback == ("mailto:iam@contoso.com",)
    assert found.oncall == OnCall(people=(ADA, "2d3e4f50-6172-4384-95a6-b7c8d9eaf0b1"))


def test_one_value_needs_no_list_and_words_are_taken_in_any_case(tmp_path: Path) -> None:
    found = given(
        tmp_path,
        f'[[routes]]\nto = "19:x@thread.tacv2"\nseverity = "High"\nkinds = "HR"\npersonas = "grc"\nowners = "{ADA.upper()}"',
    )
    assert found.routes[0].matchers == Matchers(
        severity=Severity.HIGH, kinds=(JobKind.HR,), personas=("GRC",), owners=(ADA,)
    )


def test_an_empty_file_arranges_nothing(tmp_path: Path) -> None:
    found = given(tmp_path, "\ufeff# nothing yet\r\n")
    assert (found.routes, found.webhooks, found.fallback, found.oncall) == ((), (), (), None)


def test_a_route_that_stands_there_twice_tells_once(tmp_path: Path) -> None:
    assert len(given(tmp_path, '[[routes]]\nto = ["19:x@thread.tacv2", "19:x@thread.tacv2"]\n' * 2).routes) == 1


# --- Mistakes -----------------------------------------------------------------------------------------------------------


def test_every_mistake_is_told_at_once_with_its_table_and_line(tmp_path: Path) -> None:
    told = mistakes(
        tmp_path,
        f'{HOOK}\n[[routes]]\nto = "webhook:dsk"\nseverity = "hgih"\n\n[[routes]]\nto = "iam@contoso.com"\n'
        'rules = ["quarantin"]\nsevrity = "low"\n[oncall]\npeople = ["bob"]\nminutes = 0\n',
    )
    assert [line.split(": ")[0] for line in told] == [
        "[[routes]] 1 (line 6)",
        "[[routes]] 1 (line 7)",
        "[[routes]] 2 (line 10)",
        "[[routes]] 2 (line 11)",
        "[[routes]] 2 (line 12)",
        "[oncall] (line 14)",
        "[oncall] (line 15)",
    ]


def test_mistakes_are_told_in_the_order_of_the_file_whatever_its_tables_are(tmp_path: Path) -> None:
    told = mistakes(
        tmp_path,
        'colour = "red"\n[fallback]\nzone = 1\nto = [\n  "nobody",\n]\n[[routes]] # the first\nrules = "quarantin"\n'
        '[webhooks."a b"]\nkind = "pagerduty"\nsecret = "env:X"\n[oncall]\n"minutes" = 0\npeople = []\n',
    )
    assert [line.split(": ")[0] for line in told] == [
        "The file (line 1)",
        "[fallback] (line 3)",
        "[fallback] (line 4)",
        "[[routes]] 1 (line 7)",
        "[[routes]] 1 (line 8)",
        "[webhooks.a b] (line 9)",
        "[oncall] (line 13)",
        "[oncall] (line 14)",
    ]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ('[[routes]]\nto = "webhook:dsk"\n', "Did you mean webhook:desk?"),
        ('[[routes]]\nto = "desk"\n', "Did you mean webhook:desk?"),
        ('[[routes]]\nto = "iam@contoso.com"\n', "Did you mean mailto:iam@contoso.com?"),
        (f'[[routes]]\nto = "{ADA}"\n', f"Did you mean person:{ADA}?"),
        ('[[routes]]\nto = "mailto:x"\n', "is no mail address"),
        ('[[routes]]\nto = "mailto:a@b.cc\\r\\nBcc: x@y.zz"\n', "text of 1 to 200 letters"),
        ('[[routes]]\nto = "mailto:a@b.cc,x@y.zz"\n', "is no mail address"),
        ('[[routes]]\nto = "person:bob"\n', "'bob' is no object id"),
        ("[[routes]]\nto = []\n", "to is empty."),
        ("[[routes]]\n", "to is missing."),
        ('[[routes]]\nto = "19:x"\njobs = []\n', "jobs is empty; leave it out to match every job."),
        ('[[routes]]\nto = "19:x"\nkinds = []\n', "kinds is empty; leave it out to match every kind of job."),
        ('[[routes]]\nto = "19:x"\nrules = []\n', "rules is empty; leave it out to match every rule."),
        (
            '[[routes]]\nto = "19:x"\nowners = []\n',
            "owners is empty; leave it out to match every job, whoever owns it.",
        ),
        ('[[routes]]\nto = "19:x"\npersonas = []\n', "personas is empty; leave it out to match every persona."),
        ('[[routes]]\nto = "19:x"\nmention = []\n', "mention is empty; leave it out to mention nobody."),
        ('[[routes]]\nto = "19:x"\nseverity = ""\n', "severity is to be text of 1 to 200 letters."),
        ("[[routes]]\nto = 3\n", 'to is to be a list, like ["…"].'),
        ('[[routes]]\nto = "19:x"\njobs = [""]\n', "jobs is to be text of 1 to 200 letters."),
        ('[[routes]]\nto = "19:x"\njobs = ["' + "x" * 201 + '"]\n', "jobs is to be text of 1 to 200 letters."),
        ('[[routes]]\nto = "19:x"\nseverity = "hgih"\n', "there are critical, high, medium, low. Did you mean high?"),
        ('[[routes]]\nto = "19:x"\nkinds = ["sales"]\n', "there are hr, cloud-sync, cross-tenant, app."),
        ('[[routes]]\nto = "19:x"\nrules = ["*unheard_of*"]\n', "fits no rule, so that the route would match nothing."),
        ('[[routes]]\nto = "19:x"\nrules = ["quarantin"]\n', "Did you mean quarantine?"),
        ('[[routes]]\nto = "19:x"\npersonas = ["auditors"]\n', "IT operations, GRC, help desk, end user."),
        ('[[routes]]\nto = "19:x"\nowners = ["ada"]\n', "'ada' is no object id"),
        ('[[routes]]\nto = "19:x"\nsevrity = "low"\n', "there is no 'sevrity'. Did you mean severity?"),
        ('\n[[route]]\nto = "19:x"\n', "The file (line 2): there is no 'route'. Did you mean routes?"),
        ("\n\n[webhook.own]\ncard = true\n", "The file (line 3): there is no 'webhook'. Did you mean webhooks?"),
        ("colour = 1\n", "there is no 'colour'; there are routes, webhooks, fallback, oncall."),
        ('[fallback]\nto = "nobody"\n', "'nobody' is no receiver"),
        ("[fallback]\nzone = 1\n", "there is no 'zone'; only to may stand there."),
        ("[oncall]\npeople = []\n", "people is empty."),
        (f'[oncall]\npeople = ["{ADA}"]\nminutes = "15"\n', "minutes is to be a whole number."),
        (f'[oncall]\npeople = ["{ADA}"]\nminutes = 0\n', "minutes is to be 1 at least."),
        (f'[oncall]\npeople = ["{ADA}"]\nminutes = 1441\n', "minutes is to be 1,440 at most."),
        ('[webhooks.other]\nurl = "ftp://x/y"\nsecret = "env:X"\n', "whole address that begins with https://"),
        ('[webhooks.other]\nurl = "https://a:b@x/y"\nsecret = "env:X"\n', "without a name or password in it"),
        ('[webhooks.other]\nurl = "https://x.y/z"\n', "secret is missing; write env:NAME or file:PATH"),
        ('[webhooks.other]\nkind = "servicenow"\nsecret = "env:X"\n', "url is missing"),
        ('[webhooks."a b"]\nkind = "pagerduty"\nsecret = "env:X"\n', "'a b' is no name for a webhook"),
        ('[webhooks."a\\u001b[2J"]\nkind = "pagerduty"\nsecret = "env:X"\n', "no name for a webhook"),
        ("routes = 3\n", 'routes is to be a list, like ["…"].'),
        ("webhooks = 3\n", "webhooks is to be a table."),
        ("webhooks = [[1]]\nfallback = 7\n", "fallback is to be a table."),
    ],
)
def test_each_mistake_says_what_could_stand_there(tmp_path: Path, text: str, says: str) -> None:
    told = mistakes(tmp_path, f"{text}\n{HOOK}" if "webhooks =" not in text else text)
    assert any(says in line for line in told)
    assert all(map(str.isprintable, told)), "they go to a terminal, and into the log"


def test_a_secret_in_the_file_is_refused_and_never_repeated(tmp_path: Path) -> None:
    text = '[webhooks.desk]\nurl = "https://user:hunter1@x.y/z"\nsecret = "hunter2"\npasword = "hunter3"\n'
    told = " ".join(mistakes(tmp_path, text))
    assert "the secret itself does not belong into this file" in told
    assert "hunter" not in told


@pytest.mark.parametrize(
    ("body", "says"),
    [
        (b"a = [", "is not TOML: Invalid value"),
        (b"a = " + b"[" * 100_000, "is not TOML"),
        (b"[[routes]]\nto = '\xff'", "is not UTF-8 (line 2)"),
        (b"#" * (4 * 1024 * 1024 + 1), "is larger than 4 MB"),
        (b'[[routes]]\nto = "x"\nto = "y"\n', "is not TOML: Cannot overwrite a value"),
    ],
)
def test_what_is_no_such_file_is_refused_in_a_sentence(tmp_path: Path, body: bytes, says: str) -> None:
    (tmp_path / "routes.toml").write_bytes(body)
    with pytest.raises(BadSettings) as told:
        read(tmp_path / "routes.toml", rules=NAMES, personas=PERSONAS, secret=known)
    assert says in str(told.value)


def test_a_folder_or_a_file_that_went_away_is_refused(tmp_path: Path) -> None:
    for path in (tmp_path, tmp_path / "none.toml"):
        with pytest.raises(BadSettings, match="is not there, or is no file"):
            read(path, rules=NAMES, personas=PERSONAS, secret=known)


def test_ten_thousand_routes_are_read_and_their_mistakes_are_counted(tmp_path: Path) -> None:
    began = time.perf_counter()
    good = "".join(f'[[routes]]\nto = "19:{at}"\njobs = ["Job {at} *"]\nrules = ["quar*"]\n' for at in range(10_000))
    assert len(given(tmp_path, good).routes) == 10_000
    told = mistakes(tmp_path, good.replace("quar*", "*unheard_of*"))
    assert len(told) == 101
    assert told[-1] == "… and 9,900 more"
    assert time.perf_counter() - began < 10


# --- Secrets ------------------------------------------------------------------------------------------------------------


def test_a_secret_comes_from_the_environment_from_dot_env_or_from_a_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DESK", "from the environment")
    (tmp_path / ".env").write_text("PAGER='from .env'\n", "utf-8")
    (tmp_path / "kept").write_text("from a file\n", "utf-8")
    env = str(tmp_path / ".env")
    found = [secret(each, env) for each in ("env:DESK", "env:PAGER", f"file:{tmp_path / 'kept'}")]
    assert [each.get_secret_value() for each in found] == ["from the environment", "from .env", "from a file"]
    assert "from" not in repr(found)


@pytest.mark.parametrize(
    ("reference", "says"),
    [
        ("env:NO_SUCH_SECRET", "neither in the environment nor in .env"),
        ("hunter2", "is to be env:NAME or file:PATH"),
        ("env:", "is to be env:NAME or file:PATH"),
        ("env:a b", "is to be env:NAME or file:PATH"),
        ("file:", "is to be env:NAME or file:PATH"),
        ("file:/no/such/file", "cannot be read: No such file"),
        ("file:/", "cannot be read"),
        ("file:/dev/null", "is empty"),
    ],
)
def test_a_secret_that_cannot_be_had_is_refused(reference: str, says: str) -> None:
    with pytest.raises(ValueError, match=says) as told:
        secret(reference, None)
    assert "hunter2" not in str(told.value)


def test_a_secret_in_a_pipe_is_refused_and_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(ValueError, match="cannot be read: it is a pipe"):
        secret(f"file:{tmp_path / 'pipe'}")


def test_addresses_that_may_not_be_called_are_told_among_the_other_mistakes(tmp_path: Path) -> None:
    text = HOOK.replace("desk.contoso.com", "169.254.169.254") + '[[routes]]\nto = "mailto:ada"\n'
    told = mistakes(tmp_path, text)
    assert len(told) == 2
    assert any(
        each.startswith(
            "[webhooks.desk] (line 2): url is refused: 169.254.169.254 leads to an address inside a network"
        )
        for each in told
    )


def test_no_mistake_ends_with_two_marks(tmp_path: Path) -> None:
    told = mistakes(tmp_path, '[[routes]]\nto = "mailto:ada@contoso.com"\nrule = "quarantine"\n')
    assert told == ["[[routes]] 1 (line 3): there is no 'rule'. Did you mean rules?"]
