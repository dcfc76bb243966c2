"""Syncwatch's command line."""

from __future__ import annotations

import argparse
import asyncio
import os
import sys
from collections.abc import Generator, Sequence
from contextlib import contextmanager, nullcontext
from pathlib import Path

from bot.ports import BadSettings


def main(words: Sequence[str] | None = None) -> int:
    """Run one command; 0 is good, 1 is something found, 2 is a mistake that a person can mend, told in one sentence."""
    try:
        return _run(words)
    finally:
        with _read_enough():
            sys.stdout.flush()


def _run(words: Sequence[str] | None) -> int:
    arguments = _parser().parse_args(words)
    try:
        # Of the others a broken pipe would be one to a database or to Teams, and is a fault.
        prints = arguments.run in (_doctor, _analyze, _rule, _manifest)
        with _read_enough() if prints else nullcontext():
            return int(arguments.run(arguments))
    except BadSettings as error:
        print(error, file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        return 0
    return 0


@contextmanager
def _read_enough() -> Generator[None]:
    """Whoever reads what is printed may stop, as `head` does: then nothing more is flushed to them, and all is well."""
    try:
        yield
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _serve(_: argparse.Namespace) -> int:
    from bot import logs, serving, settings

    given = settings.read()
    logs.start(given.settings.log_level)
    return asyncio.run(serving.serve(given))


def _doctor(arguments: argparse.Namespace) -> int:
    from bot import logs, settings
    from bot.doctor import is_well
    from bot.examining import as_json, as_text, examined

    logs.start("ERROR")
    try:
        given = settings.read()
    except BadSettings as error:
        given = error
    found = asyncio.run(examined(given))
    print(as_json(found) if arguments.json else as_text(found))
    return 0 if is_well(found) else 1


def _migrate(arguments: argparse.Namespace) -> int:
    from bot import logs, settings
    from bot.migrating import check, migrate, where

    url, default = settings.database_url(), settings.Settings.model_fields["database_url"].default
    logs.start("ERROR")
    print(where(url, default=default, source=arguments.source), flush=True)
    if arguments.check:
        found = asyncio.run(check(url, source=arguments.source))
        print(found.said)
        return 0 if found.ready else 1
    print(asyncio.run(migrate(url, source=arguments.source)))
    return 0


def _sandbox(arguments: argparse.Namespace) -> int:
    from sandbox.run import Options, run

    given = {name: value for name, value in vars(arguments).items() if name in Options.__struct_fields__}
    return asyncio.run(run(Options(**given)))


def _analyze(arguments: argparse.Namespace) -> int:
    from bot.analyze.command import run

    return run(arguments)


def _rule(arguments: argparse.Namespace) -> int:
    from bot.assembly.trying import run

    if not arguments.name and arguments.file is None:
        raise BadSettings("Name a rule, as in `rule test access_review_deleted`, or a file with --file.")
    return run(arguments)


def _manifest(arguments: argparse.Namespace) -> int:
    from bot.command import commands
    from manifest.build import write

    shown = [each.help for each in commands().values() if not each.hidden]
    try:
        made = write(arguments.app_id, arguments.domain, Path(arguments.out), shown)
    except ValueError as error:
        raise BadSettings(str(error)) from None
    print(f"{made} is written. Upload it in Teams: Apps, Manage your apps, Upload an app.")
    return 0


def _speed(text: str) -> float:
    from sandbox.tenant import FASTEST, SLOWEST

    value = _number(text)
    if not SLOWEST <= value <= FASTEST:
        raise argparse.ArgumentTypeError(f"must be between {SLOWEST:g} and {FASTEST:g}")
    return value


def _port(text: str) -> int:
    value = _number(text)
    if not 1 <= value <= 65_535 or value != int(value):
        raise argparse.ArgumentTypeError("must be between 1 and 65535")
    return int(value)


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number") from None


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="app.py", description="Syncwatch: watches Microsoft Entra provisioning.")
    verbs = parser.add_subparsers(required=True, metavar="COMMAND")
    verbs.add_parser("serve", help="run the bot on a real tenant").set_defaults(run=_serve)

    doctor = verbs.add_parser("doctor", help="check what the bot needs: settings, sign-in, permissions, logs and more")
    doctor.add_argument("--json", action="store_true", help="for machines")
    doctor.set_defaults(run=_doctor)

    migrate = verbs.add_parser("migrate", help="bring the database to the newest tables, or fill it from another one")
    migrate.add_argument(
        "--check",
        action="store_true",
        help="only say what would be done; 0 where nothing is pending, 1 where something is or it cannot be",
    )
    migrate.add_argument(
        "--from", dest="source", default="", metavar="URL", help="copy all of that database into this new one"
    )
    migrate.set_defaults(run=_migrate)

    sandbox = verbs.add_parser("sandbox", help="run the bot on a tenant in a box, with a Teams client to try it in")
    sandbox.add_argument("--seed", type=int, default=1, help="which company; the same seed gives the same one")
    sandbox.add_argument("--speed", type=_speed, default=1.0, help="how many times faster its story plays")
    sandbox.add_argument("--story", choices=["quiet", "default", "storm"], default="default", help="what happens there")
    sandbox.add_argument("--port", type=_port, default=56150, help="port of the Teams client's page")
    sandbox.set_defaults(run=_sandbox)

    from bot.analyze.words import add_words

    analyze = verbs.add_parser("analyze", help="say what downloaded provisioning logs say: causes, remedies, objects")
    add_words(analyze)
    analyze.set_defaults(run=_analyze)

    rule = verbs.add_parser("rule", help="try a rule in KQL on the past days")
    test = rule.add_subparsers(required=True, metavar="test").add_parser("test", help="how often it would have fired")
    test.add_argument("name", nargs="?", default="", help="name of a rule that is in force")
    test.add_argument("--days", type=int, default=7, help="how many days back, 1 to 30")
    test.add_argument("--file", type=Path, help="a file NAME.kql to try in its place")
    test.set_defaults(run=_rule)

    package = verbs.add_parser("manifest", help="build the app package that Teams takes")
    package.add_argument("--app-id", required=True, help="application (client) id of the bot")
    package.add_argument("--domain", required=True, help="host name that the bot is reached at")
    package.add_argument("--out", default="dist/syncwatch.zip", help="where to write the package")
    package.set_defaults(run=_manifest)
    return parser


if __name__ == "__main__":
    sys.exit(main())
