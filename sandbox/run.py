"""`python app.py sandbox`: the tenant in a box, the bot on it and the Playground as Teams, until somebody stops it."""

from __future__ import annotations

import asyncio
import logging
import signal
import sys
from collections.abc import Awaitable, Generator, Sequence
from contextlib import AsyncExitStack, contextmanager
from pathlib import Path
from typing import TypeVar

import msgspec

from sandbox import node
from sandbox.child import Child
from sandbox.door import Door
from sandbox.faults import Faults
from sandbox.home import Home, StartFailed, check_port, free_port
from sandbox.page import Page
from sandbox.playground import Playground
from sandbox.server import Sandbox
from sandbox.teams import mri
from sandbox.tenant import Tenant

T = TypeVar("T")

BOT = (sys.executable, str(node.ROOT / "sandbox" / "leash.py"), str(node.ROOT / "app.py"), "serve")
PATIENCE = 60
"""Seconds that the bot has to take its installation."""


class Options(msgspec.Struct, frozen=True, kw_only=True):
    """What the command line says. `port` is the page's; `home` is where state and logs lie; `bot` is how it starts."""

    seed: int = 1
    speed: float = 1.0
    story: str = "default"
    port: int = 56150
    home: Path = Path(".syncwatch")
    bot: Sequence[str] = BOT


class Running(msgspec.Struct, frozen=True, kw_only=True):
    """The parts that are up."""

    bot: Child
    playground: Playground


async def run(options: Options) -> int:
    """Run the sandbox until Ctrl-C (0), or until a part does not start or dies (2, with one sentence)."""
    stop = asyncio.Event()
    _on_signals(stop)
    try:
        async with AsyncExitStack() as stack:
            running = await _race(_start(options, stack), stop.wait())
            if running is not None:
                print(_screen(options), flush=True)
                await _race(stop.wait(), _watch(running))
                print("Stopping.", flush=True)
    except StartFailed as error:
        print(error, file=sys.stderr, flush=True)
        return 2
    except OSError as error:  # no free port, a full disk, a program that cannot be run
        print(f"The sandbox cannot run: {error.strerror or error}.", file=sys.stderr, flush=True)
        return 2
    return 0


async def _start(options: Options, stack: AsyncExitStack) -> Running:
    check_port(options.port)
    home = stack.enter_context(Home(options.home))
    stack.enter_context(_log_to(home.folder / "sandbox.log"))
    await _bring_node(home.folder)
    tenant = Tenant(seed=options.seed, story=options.story, speed=options.speed)
    faults = Faults(tenant.clock)
    box = await stack.enter_async_context(Sandbox(tenant, faults, folder=home.folder))
    port = free_port()
    playground = Playground(tenant, node.node(), port=free_port(), home=home.folder)
    bot_url = f"http://127.0.0.1:{port}/api/messages"
    door = await stack.enter_async_context(Door(tenant, faults, playground, sign=box.token, bot_url=bot_url))
    await stack.enter_async_context(playground.through(door.url))
    bot = await stack.enter_async_context(_bot(options, home, box, port))
    running = Running(bot=bot, playground=playground)
    await _race(playground.ready(), _watch(running))
    page = Page(playground.url, port=options.port, user=mri(tenant.admins[0]), last=f"{tenant.team['name']} - General")
    await stack.enter_async_context(page)
    # The page listens before the bot is told of its installation, so that no card is lost.
    await _race(_install(door, running), _watch(running))
    home.tell(page=page.url, control=box.control_url, bot=f"http://127.0.0.1:{port}")
    return running


def _bot(options: Options, home: Home, box: Sandbox, port: int) -> Child:
    """The bot, in a folder of its own: no .env of the person who tries this gets into the sandbox."""
    own = {"HOST": "127.0.0.1", "PORT": str(port), "DATABASE_URL": home.database_url}
    return Child(options.bot, log=home.folder / "bot.log", cwd=home.folder, environment={**box.environment(), **own})


async def _install(door: Door, running: Running) -> None:
    try:
        async with asyncio.timeout(PATIENCE):
            await door.install()
    except TimeoutError:
        reason = f"it answers {door.last_status}" if door.last_status else "it does not answer"
        raise StartFailed(f"The bot does not get ready: {reason} ({running.bot.log}).") from None


async def _watch(running: Running) -> None:
    """Wait for a part to die. Raises StartFailed."""
    await _race(running.bot.ended(), running.playground.child.ended())
    if not running.bot.running:
        raise StartFailed(f"The bot has ended ({running.bot.log}): {running.bot.why_ended()}")
    raise StartFailed(f"The Playground has ended: {running.playground.reason()}")


async def _bring_node(home: Path) -> None:
    """Node and the Playground, from PyPI and npm on the first start. Raises StartFailed."""
    if node.is_ready():
        return
    print("First start: installing the Teams client from npm; this takes a minute.", flush=True)
    installer = Child([sys.executable, "-m", "sandbox.node", "install"], log=home / "install.log", cwd=node.ROOT)
    async with installer:
        code = await installer.ended()
    if code:
        raise StartFailed(f"{installer.last_words(1)} What went wrong is in {installer.log}.")


def _screen(options: Options) -> str:
    return f"""
Syncwatch is running on a sandbox tenant whose provisioning jobs fail now and then.

  Open   http://127.0.0.1:{options.port}   (on Personal Chat; cards appear there and in the channel "General" by themselves)
  Type   jobs
         status workday
         errors              (in the personal chat; in a channel begin with @Syncwatch)
  Stop   Ctrl-C              (logs are in {options.home})
"""


@contextmanager
def _log_to(file: Path) -> Generator[None]:
    """What the sandbox itself logs goes to a file, so that the terminal stays one short screen."""
    handler, root = logging.FileHandler(file, "w", "utf-8"), logging.getLogger()
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s %(message)s"))
    root.addHandler(handler)
    logging.getLogger("sandbox").setLevel(logging.INFO)
    try:
        yield
    finally:
        root.removeHandler(handler)
        handler.close()


def _on_signals(stop: asyncio.Event) -> None:
    """Whatever asks the sandbox to end sets `stop`; Windows has no signal handlers in its event loop."""
    loop = asyncio.get_running_loop()
    for name in ("SIGINT", "SIGTERM", "SIGHUP", "SIGBREAK"):
        if (number := getattr(signal, name, None)) is None:
            continue
        try:
            loop.add_signal_handler(number, stop.set)
        except NotImplementedError:
            signal.signal(number, lambda _signal, _frame: loop.call_soon_threadsafe(stop.set))


async def _race(work: Awaitable[T], other: Awaitable[object]) -> T | None:
    """What `work` gives; None where `other` has ended before it. An error of the first to end is raised."""
    first, second = asyncio.ensure_future(work), asyncio.ensure_future(other)
    try:
        await asyncio.wait({first, second}, return_when=asyncio.FIRST_COMPLETED)
        if first.done():
            return first.result()
        second.result()
        return None
    finally:
        first.cancel()
        second.cancel()
        await asyncio.gather(first, second, return_exceptions=True)
