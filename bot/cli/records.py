"""ledger, chats: the record, beside a running bot or without one."""

import asyncio
from dataclasses import asdict
from datetime import date
from urllib.parse import quote

import click

from bot.app.admin.pause import pause_of
from bot.app.health import ChatHealth, health_of
from bot.app.restart_due import is_restart_due
from bot.campaign.model import Schedule
from bot.channels.protocol import Message
from bot.cli.options import (
    Call,
    Format,
    common,
    days_options,
    format_option,
    local,
    print_json,
    rehearsal_option,
    short,
)
from bot.cli.tables import print_table
from bot.cli.towns import schedule_at_hand, span_of
from bot.cli.usage import told
from bot.cli.ways import ask_the_bot, hand_over, way_to
from bot.clock import SystemClock
from bot.errors import GengfuError
from bot.language import say, sentence
from bot.ledger.entries import Numbered
from bot.store.hold import holder
from bot.store.tinydb import open_reader

_COLUMNS = ("seq", "at", "kind", "occurrence", "chat", "office", "by", "detail")


@click.command(help=told("help-ledger"))
@common
@rehearsal_option
@format_option
@days_options
def ledger(call: Call, form: Format, first: date | None, last: date | None) -> int:
    """The ledger: everything that happened, in its order."""
    schedule, entries = asyncio.run(_entries(call, first, last))
    zone = schedule.town.zone
    if form == "json":
        print_json([local({name: getattr(entry, name) for name in _COLUMNS}, zone) for entry in entries])
        return 0
    rows = [
        (
            str(entry.seq),
            f"{entry.at.astimezone(zone):%Y-%m-%d %H:%M:%S}",
            call.say(f"cli.kind-{entry.kind}"),
            entry.occurrence or "",
            entry.chat or "",
            entry.office or "",
            entry.by or "",
            _detail(entry),
        )
        for entry in entries
    ]
    print_table([call.say(f"cli.{name}") for name in _COLUMNS], rows, call.say("cli.nothing-recorded"))
    return 0


@click.command(help=told("help-chats"))
@common
@format_option
@click.option("--test", "tested", default=None, metavar="ID", help=told("help-test"))
def chats(call: Call, form: Format, tested: str | None) -> int:
    """Each chat: where it is, when it was last sent to, when and why that last failed."""
    if is_restart_due(call.settings):
        click.echo(call.say("doctor.env-newer"), err=True)
    if tested is not None:
        asyncio.run(_test(call, tested))
        click.echo(call.say("cli.tested", chat=tested))
        return 0
    schedule, found = asyncio.run(_health(call))
    zone = schedule.town.zone
    if pause := pause_of(call.settings.data):
        click.echo(call.say("doctor.paused", pause=pause.in_words(zone)), err=True)
    if form == "json":
        print_json([local(asdict(each), zone) for each in found])
        return 0
    names = ("chat", "name", "on", "last_sent", "last_failure", "why")
    rows = [
        (
            each.chat,
            each.name,
            call.say("cli.board-standing-in", platform=each.on) if each.stands_in else each.on,
            short(each.last_sent.astimezone(zone) if each.last_sent else None),
            short(each.last_failure.astimezone(zone) if each.last_failure else None),
            each.why or "",
        )
        for each in found
    ]
    print_table([call.say(f"cli.{name}") for name in names], rows, call.say("cli.nothing-recorded"))
    return 0


async def _entries(call: Call, first: date | None, last: date | None) -> tuple[Schedule, tuple[Numbered, ...]]:
    store = await open_reader(call.settings.data)
    schedule = await schedule_at_hand(call, store)
    return schedule, await store.entries(*span_of(schedule, first, last))


async def _health(call: Call) -> tuple[Schedule, list[ChatHealth]]:
    store = await open_reader(call.settings.data)
    schedule = await schedule_at_hand(call, store)
    return schedule, await health_of(store, schedule, call.settings)


async def _test(call: Call, chat: str) -> None:
    """Straight through the platform's client; or through the bot that runs, where only it can send there."""
    store = await open_reader(call.settings.data)
    schedule = await schedule_at_hand(call, store)
    way = await way_to(call, store, schedule, chat)
    if way.through == "us":
        now = SystemClock().now().astimezone(schedule.town.zone)
        await hand_over(call, way, schedule, Message(say(sentence("service.test-message", at=now), call.lang)))
        return
    if holder(call.settings.data) is None:
        raise GengfuError(sentence("cli.no-bot-to-test", chat=chat))
    await ask_the_bot(call, f"/chats/{quote(chat)}/test", {})


def _detail(entry: Numbered) -> str:
    detail = dict(entry.detail or {})
    text = str(detail.pop("text", "") or "").replace("\n", " ")
    parts = [f"{name}={value}" for name, value in detail.items() if name != "message_id"]
    return " ".join([*parts, text[:40] + ("…" if len(text) > 40 else "")]).strip()
