"""What goes with a message that a platform cannot make whole: who is called by name, and what has become of it since.
Pure.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from bot.language import Lang, Sentence, say, sentence
from bot.ledger.deliveries import Call, Issued
from bot.ledger.problems import Problem
from bot.ledger.standing import Standing
from bot.renderer.compose import in_one_line, mentioned, short, status_line
from bot.renderer.headline import headline
from bot.renderer.templates import escaped

LONGEST_NEED_BESIDE = 40
"""Characters of what is needed that stand beside where an office stands."""

_HEADLINE = 60
_CALLED = re.compile(r"\[((?:\\.|[^\[\]\\])*)\]\(person:[^()\s]*\)")
_ANOTHER = "＠"
_ALL_GIVEN, _SO_FAR = "✅", "📌"


def headline_of(issued: Issued) -> str:
    """An ask as what follows it names it, as Markdown."""
    return in_one_line(headline(issued), _HEADLINE)


def mention(
    call: Call,
    issued: Issued,
    platform: str,
    deadlines: Mapping[str, datetime],
    sent_at: datetime,
    *,
    zone: ZoneInfo,
    mentions: Mapping[str, Iterable[str]],
    lang: Lang,
) -> str:
    """One line that calls whom the message beside it means: who owes, or who is told in its chat."""
    ask = headline_of(issued)
    names = call.told or {office: issued.offices[office] for office in call.offices}
    who = tuple(mentioned(escaped(name), mentions.get(office, ()), platform) for office, name in names.items())
    match call.beside:
        case "help":
            about = tuple(escaped(issued.offices[office]) for office in call.offices)
            words = sentence("message.mention-help", who=who, office=about, ask=ask)
        case "escalate":
            words = sentence("message.mention-escalate", who=who, ask=ask)
        case _:
            by = min((deadlines[office] for office in call.offices if office in deadlines), default=None)
            owing = by or (issued.owing.deadline if issued.owing else issued.due)
            key = "message.mention-late" if sent_at >= owing else "message.mention"
            words = sentence(key, who=who, ask=ask, deadline=short(owing, sent_at, zone))
    return say(words, lang)


def status(
    call: Call,
    issued: Issued,
    standings: Sequence[Standing],
    problems: Sequence[Problem],
    sent_at: datetime,
    *,
    zone: ZoneInfo,
    lang: Lang,
) -> str:
    """How things stand with an ask, an office a line; nobody is called."""
    known = {each.office: each for each in standings}
    lines = [
        line
        for office in call.offices
        for line in lines_of(issued, known.get(office, Standing(office)), problems, sent_at, zone, lang)
    ]
    return "\n\n".join([say(_head(call, issued, known), lang), "\n".join(lines)])


def lines_of(
    issued: Issued, standing: Standing, problems: Sequence[Problem], sent_at: datetime, zone: ZoneInfo, lang: Lang
) -> tuple[str, ...]:
    """Where one office stands, and what it needs while its problem is open."""
    problem = {each.office: each for each in problems}.get(standing.office)
    line = status_line(escaped(issued.offices[standing.office]), standing, problem, sent_at, zone, lang)
    if problem is None or problem.closed or standing.state != "help" or not problem.need:
        return (line,)
    need = sentence("message.help-need", need=in_one_line(problem.need, LONGEST_NEED_BESIDE))
    return line, say(need, lang)


def calling_nobody(text: str) -> str:
    """A text as it reads without its mentions."""
    return _CALLED.sub(lambda found: "" if found[1] == _ANOTHER else found[1], text)


def is_all_given(text: str) -> bool:
    """Whether this is the word that all have given what they owe."""
    return any(line.startswith(f"{_ALL_GIVEN} **") for line in text.split("\n"))


def _head(call: Call, issued: Issued, known: Mapping[str, Standing]) -> Sentence:
    owing, ask = issued.owing, headline_of(issued)
    stands = [known.get(office, Standing(office)) for office in call.offices]
    if owing is not None and all(each.has_given(owing.expects) for each in stands):
        return sentence("message.status-all", sign=_ALL_GIVEN, ask=ask)
    return sentence("message.status", sign=_SO_FAR, ask=ask)
