"""催办: what follows an ask, in words: its reminder, the naming of the late, the word to the next one up, the call for
help. Pure.

It asks and tells, and judges nobody: an office reads what it owes and since when, nobody is mentioned who may not be
asked, and the next one up learns only where things stand.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from itertools import groupby
from zoneinfo import ZoneInfo

from bot.language import Lang, Sentence, say, sentence
from bot.ledger.deliveries import Call, Issued, Owing
from bot.ledger.problems import Problem
from bot.ledger.standing import Standing
from bot.renderer.beside import headline_of, mention, status
from bot.renderer.compose import (
    LATE_AFTER,
    headed_rehearsal,
    in_one_line,
    mentioned,
    named,
    numbered,
    short,
    somebody,
    status_line,
)
from bot.renderer.templates import escaped

LONGEST_NEED = 200
"""Characters of what somebody says is needed, or of how it ended, that are told."""

_A_MINUTE = timedelta(minutes=1)
_LONG = "字" * LONGEST_NEED


def compose_call(
    call: Call,
    issued: Issued,
    platform: str,
    standings: Sequence[Standing],
    deadlines: Mapping[str, datetime],
    problems: Sequence[Problem],
    sent_at: datetime,
    *,
    zone: ZoneInfo,
    mentions: Mapping[str, Iterable[str]],
    lang: Lang,
    presses: bool = True,
) -> str:
    """The whole Markdown of a call, as it stands with these answers and problems of its ask.

    `deadlines` gives by when each office owes. What is late is so by `sent_at`. Of the offices whom it asks those are
    mentioned who may be asked at that moment, by their people on the chat's own platform (`mentions`, as `compose`
    has them); of a report or a call for help those whom it tells there. Where no press comes back (`presses`) nobody is
    told to press what is not there. Raises ValueError for a call after what owes
    nothing (a bug).
    """
    if call.kind == "mention":
        return mention(call, issued, platform, deadlines, sent_at, zone=zone, mentions=mentions, lang=lang)
    if call.kind == "status":
        return status(call, issued, standings, problems, sent_at, zone=zone, lang=lang)
    if call.kind == "help":
        return _help(call, issued, problems, sent_at, _told_here(call, platform, mentions), zone, lang, presses=presses)
    if (owing := issued.owing) is None:
        raise ValueError(f"{issued.occurrence} owes nothing that could be called for")
    known = {each.office: each for each in standings}
    latest = {each.office: each for each in problems}
    by = {office: deadlines.get(office, owing.deadline).astimezone(UTC) for office in call.offices}
    parts = [say(sentence(f"message.call-{call.kind}", ask=headline_of(issued)), lang)]
    for deadline, offices in groupby(sorted(call.offices, key=by.__getitem__), key=by.__getitem__):
        lines = [say(_since(call, issued, owing, deadline, sent_at, zone), lang), ""]
        for office in offices:
            standing = known.get(office, Standing(office))
            name = escaped(issued.offices[office])
            if call.kind != "escalate" and standing.may_be_asked(owing.expects, overdue=sent_at >= deadline):
                name = mentioned(name, mentions.get(office, ()), platform)
            lines.append(status_line(name, standing, latest.get(office), sent_at, zone, lang))
        parts.append("\n".join(lines))
    if any(known.get(each, Standing(each)).may_be_asked(owing.expects, overdue=True) for each in call.offices):
        parts.append(say(_please(call, owing, _told_here(call, platform, mentions)), lang))
    return "\n\n".join(parts)


def merged_calls(texts: Sequence[str], lang: Lang) -> str:
    """Several calls to one chat at one moment as one message, numbered as the buttons under it are."""
    return numbered(texts, sentence("message.merged-calls", count=len(texts)), lang)


def calls_at_their_longest(
    issued: Issued,
    chat: str,
    platform: str,
    *,
    amends: bool,
    zone: ZoneInfo,
    mentions: Mapping[str, Iterable[str]],
    lang: Lang,
) -> tuple[str, ...]:
    """The longest that may follow an ask in one chat: every office of it is late, and mentioned, or, where a message is
    changed as long as it stands (`amends`), has a problem that somebody has ended; a call for help; where messages stay
    as they were sent, how it stands while every office has a problem. In a rehearsal.
    """
    if (owing := issued.owing) is None or not (here := issued.chats.get(chat, ())):
        return ()
    sent_at, later = owing.deadline + timedelta(days=2, hours=2), owing.deadline + timedelta(days=3)
    who = somebody(later)
    seen_to = [Problem(issued.occurrence, each, 1, who, _LONG, who, who, _LONG) for each in here]
    late = Call(kind="late", of=issued.occurrence, offices=here)
    help_ = Call(kind="help", of=issued.occurrence, offices=here[:1], told={"": who.office or ""})
    stands = Call(kind="status", of=issued.occurrence, offices=here)
    received = [Standing(each, "received", later, "") for each in here]
    helped = [Standing(each, "help", later, "") for each in here]

    def said(call: Call, stands: Sequence[Standing], problems: Sequence[Problem]) -> str:
        text = compose_call(
            call, issued, platform, stands, {}, problems, sent_at, zone=zone, mentions=mentions, lang=lang
        )
        return headed_rehearsal(text, lang)

    stood = said(late, helped, seen_to) if amends else said(stands, helped, ())
    return said(late, received, ()), stood, said(help_, helped, seen_to)


def mention_at_its_longest(
    issued: Issued, chat: str, platform: str, *, zone: ZoneInfo, mentions: Mapping[str, Iterable[str]], lang: Lang
) -> str:
    """The longest by which the offices of an ask in one chat are called by name on the `platform` of the robot beside
    it: each of them is late. In a rehearsal.
    """
    late = issued.owing.deadline + timedelta(days=2) if issued.owing else issued.due
    call = Call(kind="mention", of=issued.occurrence, offices=issued.chats.get(chat, ()), beside="late")
    return headed_rehearsal(mention(call, issued, platform, {}, late, zone=zone, mentions=mentions, lang=lang), lang)


def _since(call: Call, issued: Issued, owing: Owing, deadline: datetime, sent_at: datetime, zone: ZoneInfo) -> Sentence:
    """Which ask, by when it is owed, and how long that is over."""
    told = {"due": short(issued.due, sent_at, zone), "deadline": short(deadline, sent_at, zone)}
    over = sent_at - deadline
    if over > LATE_AFTER:
        return sentence("message.call-over", late=_to_the_minute(over), **told)
    if over >= timedelta():
        return sentence("message.call-at", **told)
    if call.kind != "escalate":
        return sentence("message.call-ahead", **told)
    since = deadline - owing.within
    return sentence(
        "message.call-unanswered", since=short(since, sent_at, zone), waited=_to_the_minute(sent_at - since), **told
    )


def _please(call: Call, owing: Owing, told: Sequence[str]) -> Sentence:
    match call.kind:
        case "late":
            return sentence("message.call-late-counts")
        case "escalate":
            return sentence("message.call-upward-told", who=told) if told else sentence("message.call-upward")
        case _:
            return sentence(f"message.call-please-{owing.expects}")


def _told_here(call: Call, platform: str, mentions: Mapping[str, Iterable[str]]) -> tuple[str, ...]:
    """Whom a report or a call for help tells in this chat, by names that notify them."""
    return tuple(mentioned(escaped(name), mentions.get(office, ()), platform) for office, name in call.told.items())


def _help(
    call: Call,
    issued: Issued,
    problems: Sequence[Problem],
    sent_at: datetime,
    told: Sequence[str],
    zone: ZoneInfo,
    lang: Lang,
    *,
    presses: bool,
) -> str:
    (office,) = call.offices
    found = next((each for each in problems if (each.office, each.number) == (office, call.number)), None)
    name = escaped(issued.offices[office])
    closed = found is not None and found.closed is not None
    head = sentence("message.help-over" if closed else "message.help-wanted", office=name)
    lines = [sentence("message.help-about", ask=headline_of(issued), due=short(issued.due, sent_at, zone))]
    if found is not None:
        lines += _told_of(found, name, sent_at, zone)
    parts = [say(head, lang), "\n".join(say(each, lang) for each in lines)]
    if not closed and presses:
        parts.append(say(_please_help(found, told), lang))
    elif not closed and not (found and found.taken):
        parts.append(
            say(
                sentence("message.help-please-only-told", who=told) if told else sentence("message.help-please-only"),
                lang,
            )
        )
    return "\n\n".join(parts)


def _please_help(problem: Problem | None, told: Sequence[str]) -> Sentence:
    if problem and problem.taken:
        return sentence("message.help-please-close")
    return sentence("message.help-please-told", who=told) if told else sentence("message.help-please")


def _told_of(problem: Problem, office: str, beside: datetime, zone: ZoneInfo) -> list[Sentence]:
    """Who said so, what is needed, who sees to it, how it ended."""
    opened, taken, closed = problem.opened, problem.taken, problem.closed
    by = named(opened) if opened.name else office
    lines = [sentence("message.help-said", by=by, at=short(opened.at, beside, zone))]
    if problem.need:
        lines.append(sentence("message.help-need", need=in_one_line(problem.need, LONGEST_NEED)))
    elif not closed:
        lines.append(sentence("message.help-need-to-come"))
    if taken:
        lines.append(sentence("message.help-taken", by=named(taken), at=short(taken.at, beside, zone)))
    elif not closed:
        lines.append(sentence("message.help-untaken"))
    if closed:
        when = {"by": named(closed), "at": short(closed.at, beside, zone)}
        lines.append(
            sentence("message.help-closed-how", how=in_one_line(problem.how, LONGEST_NEED), **when)
            if problem.how
            else sentence("message.help-closed", **when)
        )
    return lines


def _to_the_minute(span: timedelta) -> timedelta:
    return span - span % _A_MINUTE
