"""Settings: every mistake at once, each with what the setting is for, and never its value."""

from datetime import time
from pathlib import Path

import pytest

from bot.ports import BadSettings
from bot.settings import Settings, database_url, load, read

GOOD = {
    "TENANT_ID": "99999999-9999-4999-8999-999999999999",
    "APP_ID": "88888888-8888-4888-8888-888888888888",
    "APP_SECRET": "a-secret",
}


@pytest.fixture(autouse=True)
def empty(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in Settings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)


def given(monkeypatch: pytest.MonkeyPatch, **more: str) -> None:
    for name, value in (GOOD | more).items():
        monkeypatch.setenv(name, value)


def test_three_settings_are_enough(monkeypatch: pytest.MonkeyPatch) -> None:
    given(monkeypatch)
    assert load(None).port == 3978


def test_all_that_is_missing_is_told_at_once_with_what_it_is_for() -> None:
    with pytest.raises(BadSettings) as told:
        load(None)
    for name in GOOD:
        assert f"{name} is missing: {Settings.model_fields[name.lower()].description}" in str(told.value)


def test_a_wrong_value_is_named_and_not_repeated(monkeypatch: pytest.MonkeyPatch) -> None:
    given(monkeypatch, TENANT_ID="s3cr3t-by-mistake", PORT="99999999")
    with pytest.raises(BadSettings) as told:
        load(None)
    assert "TENANT_ID is wrong" in str(told.value)
    assert "PORT is wrong" in str(told.value)
    assert "s3cr3t-by-mistake" not in str(told.value)
    assert "99999999" not in str(told.value)


def test_people_are_listed_with_commas_or_blanks(monkeypatch: pytest.MonkeyPatch) -> None:
    one, two = GOOD["TENANT_ID"], GOOD["APP_ID"]
    given(monkeypatch, OPERATORS=f"{one}, {two.upper()} ,{one}", READERS="")
    assert (load(None).operators, load(None).readers) == ((one, two, one), ("*",))


def test_people_are_named_by_their_ids_and_every_other_name_is_told_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    given(monkeypatch, OPERATORS="bob", READERS="*, eve@contoso.com mallory", WORKSPACE_ID="my-workspace", APP_ID="x")
    with pytest.raises(BadSettings) as told:
        load(None)
    lines = str(told.value).splitlines()[1:]
    assert [line.split()[0] for line in lines] == ["APP_ID", "READERS", "OPERATORS", "WORKSPACE_ID"]
    assert "OPERATORS is wrong ('bob' is not a GUID (the Entra object id of a person))" in str(told.value)
    assert "'eve@contoso.com', 'mallory' are not GUIDs" in str(told.value)


def test_not_everybody_may_be_an_operator(monkeypatch: pytest.MonkeyPatch) -> None:
    given(monkeypatch, OPERATORS="*")
    with pytest.raises(BadSettings, match="name each operator"):
        load(None)


def test_a_source_without_its_workspace_is_told_together_with_what_else_is_wrong(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    given(monkeypatch, SOURCES="log_analytics", AUDITS="log_analytics", PORT="0")
    with pytest.raises(BadSettings) as told:
        load(None)
    assert [line.split()[0] for line in str(told.value).splitlines()[1:]] == ["SOURCES", "AUDITS", "PORT"]


def test_the_secret_does_not_show_when_the_settings_are_printed(monkeypatch: pytest.MonkeyPatch) -> None:
    given(monkeypatch)
    assert "a-secret" not in repr(load(None))


def test_a_file_gives_what_the_environment_does_not(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    given(monkeypatch)
    (tmp_path / ".env").write_text("PORT=4000\n", "utf-8")
    assert load(str(tmp_path / ".env")).port == 4000


def test_every_setting_says_what_it_is_for() -> None:
    assert [name for name, field in Settings.model_fields.items() if not field.description] == []


def test_log_analytics_needs_a_workspace_and_a_source_must_exist(monkeypatch: pytest.MonkeyPatch) -> None:
    given(monkeypatch, SOURCES="log_analytics")
    with pytest.raises(BadSettings, match="WORKSPACE_ID must say"):
        load(None)
    given(monkeypatch, SOURCES="syslog")
    with pytest.raises(BadSettings, match="SOURCES is wrong"):
        load(None)


def test_the_workspace_is_read_where_there_is_one_and_graph_otherwise(monkeypatch: pytest.MonkeyPatch) -> None:
    given(monkeypatch)
    assert load(None).sources_to_read == ("graph",)
    given(monkeypatch, WORKSPACE_ID=GOOD["TENANT_ID"])
    assert load(None).sources_to_read == ("log_analytics",)


@pytest.mark.parametrize("guessable", ["short", "a" * 40, "with blanks in it and long enough for all", "/" * 32])
def test_a_secret_for_alerts_that_is_easy_to_guess_is_refused(monkeypatch: pytest.MonkeyPatch, guessable: str) -> None:
    given(monkeypatch, ALERTS_SECRET=guessable)
    with pytest.raises(BadSettings, match=r"ALERTS_SECRET is wrong .it must be 32 to 200 letters") as told:
        load(None)
    assert guessable not in str(told.value)


def test_without_a_secret_for_alerts_there_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    given(monkeypatch, ALERTS_SECRET="")
    assert load(None).alerts_secret is None


def test_the_time_and_zone_of_digests_are_read_as_people_write_them(monkeypatch: pytest.MonkeyPatch) -> None:
    given(monkeypatch, DIGEST_TIME="7:30", DIGEST_ZONE="Europe/Berlin")
    assert (load(None).digest_at, load(None).digest_zone) == (time(7, 30), "Europe/Berlin")


@pytest.mark.parametrize(
    ("name", "value", "says"),
    [
        ("DIGEST_TIME", "25:00", "it must be a time of day, like 08:00 or 17:30"),
        ("DIGEST_TIME", "noon", "it must be a time of day"),
        ("DIGEST_ZONE", "Mars/Olympus", "it is no time zone"),
        ("DIGEST_ZONE", "../etc/passwd", "it is no time zone"),
    ],
)
def test_a_time_or_zone_that_is_none_is_refused(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, says: str
) -> None:
    given(monkeypatch, **{name: value})
    with pytest.raises(BadSettings, match=f"{name} is wrong .{says}"):
        load(None)


@pytest.mark.parametrize(
    ("written", "meant"),
    [("", ""), ("auto", "auto"), ("TRUE", "auto"), ("none", ""), (GOOD["APP_ID"].upper(), GOOD["APP_ID"])],
)
def test_the_app_to_install_is_looked_up_or_named(monkeypatch: pytest.MonkeyPatch, written: str, meant: str) -> None:
    given(monkeypatch, PROACTIVE_INSTALL=written)
    assert load(None).proactive_install == meant


def test_an_app_to_install_that_is_no_id_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    given(monkeypatch, PROACTIVE_INSTALL="syncwatch", TEAMS_URL="http://evil.example")
    with pytest.raises(BadSettings) as told:
        load(None)
    assert "PROACTIVE_INSTALL is wrong (it is not a GUID" in str(told.value)
    assert "TEAMS_URL is wrong (it must begin with https://" in str(told.value)


def test_the_address_of_the_database_is_had_without_a_tenant(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in GOOD:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("DATABASE_URL", "sqlite:///elsewhere.db")
    assert database_url(None) == "sqlite:///elsewhere.db"


def test_the_heading_says_whether_something_is_missing_or_wrong(monkeypatch: pytest.MonkeyPatch) -> None:
    def heading() -> str:
        with pytest.raises(BadSettings) as told:
            load(None)
        return str(told.value).splitlines()[0]

    assert heading() == "Settings are missing; put these into the environment or .env:"
    given(monkeypatch, PORT="x")
    assert heading() == "A setting is wrong; mend this:"
    given(monkeypatch, DIGEST_TIME="noon")
    assert heading() == "Settings are wrong; mend these:"
    monkeypatch.delenv("TENANT_ID")
    assert heading() == "Settings are missing, and others are wrong; add and mend these:"
    given(monkeypatch, PORT="1", DIGEST_TIME="08:00")
    monkeypatch.delenv("TENANT_ID")
    assert heading() == "A setting is missing; put it into the environment or .env:"


@pytest.mark.parametrize("odd", ["?", "-1", "1e99", "nan", "x" * 500])
def test_whatever_is_wrong_is_told_in_words_for_people(monkeypatch: pytest.MonkeyPatch, odd: str) -> None:
    for name in Settings.model_fields:
        monkeypatch.setenv(name.upper(), odd)
    told = read(None).mistakes
    assert len(told) > 25
    for words in ("should", "Input", "valid ", "String", "Path ", "cannot be understood"):
        assert [each.text for each in told if words in each.text.partition("): ")[0]] == []


@pytest.mark.parametrize(
    ("name", "value", "says"),
    [
        ("SMTP_PORT", "70000", "it must be a whole number from 1 to 65535"),
        ("WATCH_SECONDS", "0", "it must be a number above 0 and up to 86400"),
        ("LOG_LEVEL", "loud", "it must be one of DEBUG, INFO, WARNING, ERROR"),
        ("ERRORS_FILE", "/no/such/file", "there is no such file"),
        ("RULES_DIR", "/no/such/folder", "there is no such folder"),
        ("READ_BACK", "perhaps", "it must be true or false"),
        ("TEAMS_RATE", "900", "it must be a whole number from 1 to 50"),
        ("LOGIN_URL", "https://login.contoso.com:port", "it must be a whole address"),
        ("LOGIN_URL", "http://login.contoso.com", "it must begin with https://: secrets are sent there"),
        ("HEARTBEAT_URL", "https://", "it must be a whole address"),
    ],
)
def test_a_wrong_value_says_what_would_be_right(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, says: str
) -> None:
    given(monkeypatch, **{name: value})
    (mistake,) = read(None).mistakes
    assert mistake.text.startswith(f"{name} is wrong ({says}")


def test_the_address_of_the_database_is_had_whatever_else_is_wrong(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    file = tmp_path / ".env"
    file.write_text(
        "\ufeffDATABASE_URL=sqlite:///mine.db\nPORT=none\nERRORS_FILE=/no/such/file\nARCHIVE_DAYS=0\n", "utf-8"
    )
    assert database_url(str(file)) == "sqlite:///mine.db"


def test_a_file_of_settings_that_is_no_text_is_one_sentence(tmp_path: Path) -> None:
    file = tmp_path / ".env"
    file.write_bytes(b"PORT=4000\nAPP_SECRET=\xff\xfe\n")
    with pytest.raises(BadSettings, match=r"is not UTF-8 \(line 2\); save it as UTF-8"):
        read(str(file))
