"""simulate: what a span of days would bring, before it comes."""

from datetime import date
from pathlib import Path
from typing import Literal

import click

from bot.app.in_force import InForce
from bot.app.simulate import Event
from bot.app.simulate import simulate as simulated
from bot.app.weeks import weeks_of, whole_weeks
from bot.campaign.model import Schedule
from bot.cli.judged import in_force_of
from bot.cli.options import Call, common, days_options, print_json, short
from bot.cli.out import write_out
from bot.cli.schedule import span
from bot.cli.tables import print_table
from bot.cli.usage import in_this_call, told
from bot.language import say, sentence
from bot.renderer.markdown import subject
from bot.web.sheets.sheets import sheets

_MOST_NAMES = 4


@click.command(help=told("help-simulate"))
@common
@click.option(
    "--format", "form", type=click.Choice(["table", "json", "html"]), default="table", help=told("help-format-html")
)
@click.option("--out", type=click.Path(path_type=Path), default=None, metavar="FILE", help=told("help-out"))
@click.option("--answers", type=click.Choice(["none", "prompt"]), default="none", help=told("help-answers"))
@days_options
def simulate(
    call: Call,
    form: Literal["table", "json", "html"],
    out: Path | None,
    answers: Literal["none", "prompt"],
    first: date | None,
    last: date | None,
) -> int:
    """Every event of a span of days, chat by chat with its text."""
    if (form == "html") != (out is not None):
        raise click.UsageError(in_this_call(sentence("cli.out-with-html")))
    what = in_force_of(call)
    first, last = span(what.schedule, first, last)
    if out is not None:
        return _print_sheets(call, what, first, last, out)
    events = simulated(what, call.settings, first, last, answers)
    if form == "json":
        print_json([as_json(each) for each in events])
        return 0
    headings = [call.say(f"cli.{name}") for name in ("day", "time", "kind", "chat", "to", "message", "deadline")]
    print_table(headings, [_row(what.schedule, each, call) for each in events], call.say("cli.nothing-planned"))
    if events:
        sent = [each for each in events if each.kind == "send"]
        click.echo(
            call.say(
                "cli.simulated" if answers == "none" else "cli.simulated-prompt",
                occurrences=len({each.id for each in sent}),
                messages=len(sent),
                reminders=sum(each.kind == "remind" for each in events),
                escalations=sum(each.kind == "escalate" for each in events),
            )
        )
    return 0


def as_json(each: Event) -> dict[str, object]:
    """An event as programs read it."""
    return {
        "at": each.at,
        "kind": each.kind,
        "occurrence": each.id,
        "chat": each.chat,
        "offices": each.offices,
        "text": each.text,
    }


def _row(schedule: Schedule, each: Event, call: Call) -> tuple[str, ...]:
    """Of a send the offices are those that it goes to in this chat, whether they owe an answer or not; of a message of
    the ladder those of whom it speaks.
    """
    weekday = say(sentence(f"plan.{each.at:%a}".lower()), call.lang)
    sent = each.occurrence if each.kind == "send" else None
    carried = dict(sent.chats)[each.chat] if sent else each.offices
    names = [schedule.offices[office].name for office in carried] or list(sent.audiences if sent else ())
    shown = names if len(names) <= _MOST_NAMES else [*names[: _MOST_NAMES - 1], f"… {len(names)}"]
    mark = f"（{call.say('plan.provisional')}）" if each.occurrence and each.occurrence.provisional else ""
    return (
        f"{each.at:%Y-%m-%d} {weekday}",
        f"{each.at:%H:%M}",
        call.say(f"cli.event-{each.kind}"),
        schedule.chats[each.chat].title,
        "、".join(shown),
        f"{subject(each.text)}{mark}",
        short(each.occurrence.deadline if each.occurrence else None),
    )


def _print_sheets(call: Call, what: InForce, first: date, last: date, out: Path) -> int:
    """The whole weeks in which these days lie: half a week on the wall would say that the rest of it brings nothing."""
    first, last = whole_weeks(first, last)
    weeks = weeks_of(what.schedule, simulated(what, call.settings, first, last), first, last)
    page = sheets(what.schedule.town, weeks, what.version, call.lang)
    write_out(out, page.encode())
    key = "cli.sheets-written" if any(each.sends for each in weeks) else "cli.sheets-empty"
    click.echo(call.say(key, file=str(out), sheets=len(weeks), first=first, last=last))
    return 0
