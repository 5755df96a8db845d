"""What stands round a message: 补发 with the time it was due, the offices with their answers, the deadline."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from bot.campaign.people import directory_of
from bot.language import Lang, Sentence, say, sentence
from bot.ledger.deliveries import Issued
from bot.ledger.problems import Problem, Who
from bot.ledger.standing import Standing
from bot.renderer.templates import escaped, worded

LATE_AFTER = timedelta(minutes=2)
"""Later than this a message is headed 补发."""

LONGEST_NAME = 20
"""Characters of a person's name that are told; what somebody calls themselves on a platform may be longer."""

_LONGEST_OFFICE = 12
_SIGNED = 20
SIGNS = {"open": "▫️", "received": "☑️", "done": "✅", "help": "🆘"}


def headed_rehearsal(text: str, lang: Lang) -> str:
    """A message of a rehearsal: 【演练】 stands before it, once, on a line of its own."""
    head = say(sentence("message.rehearsal"), lang)
    return text if text.startswith(head) else f"{head}\n\n{text}"


def is_late(due: datetime, sent_at: datetime) -> bool:
    """Whether a message sent then is headed 补发."""
    return sent_at - due > LATE_AFTER


def compose(
    issued: Issued,
    chat: str,
    platform: str,
    standings: Sequence[Standing],
    sent_at: datetime,
    *,
    zone: ZoneInfo,
    mentions: Mapping[str, Iterable[str]],
    lang: Lang,
    problems: Sequence[Problem] = (),
) -> str:
    """The whole Markdown of an occurrence in one chat, as it stands with these answers and problems.

    `mentions` gives for each office the people (`telegram:2001`) who may answer for it; those of the chat's own
    platform are mentioned while their office owes.
    """
    parts = [worded(issued.bodies, platform)]
    if is_late(issued.due, sent_at):
        parts.insert(0, f"**{say(sentence('message.late', due=short(issued.due, sent_at, zone)), lang)}**")
    here = issued.chats.get(chat, ())
    if issued.owing and here:
        deadline = short(issued.owing.deadline, sent_at, zone)
        lines = [f"**{say(sentence('message.owed', deadline=deadline), lang)}**", ""]
        known = {standing.office: standing for standing in standings}
        latest = {problem.office: problem for problem in problems}
        for office in here:
            standing = known.get(office, Standing(office))
            name = escaped(issued.offices[office])
            if not standing.has_given(issued.owing.expects):
                name = mentioned(name, mentions.get(office, ()), platform)
            lines.append(status_line(name, standing, latest.get(office), sent_at, zone, lang))
        if issued.helpers:
            lines += ["", say(sentence("message.helpers", offices=[escaped(name) for name in issued.helpers]), lang)]
        parts.append("\n".join(lines))
    return "\n\n".join(parts)


def status_line(
    name: str, standing: Standing, problem: Problem | None, beside: datetime, zone: ZoneInfo, lang: Lang
) -> str:
    """One office as a message shows it: its sign, its name (Markdown), where it stands and since when; of its latest
    problem who sees to it, or who ended it.
    """
    words = _in_words(standing, beside, zone, lang)
    if problem and standing.state == "help" and (who := problem.closed or problem.taken):
        key = "message.problem-closed" if problem.closed else "message.problem-taken"
        words = say(sentence(key, help=words, by=named(who), at=short(who.at, beside, zone)), lang)
    return f"- {SIGNS[standing.state]} {name} {words}"


def named(who: Who) -> str:
    """A person as the record has them, by name where it is known, with the office for which they act: 王工（应急办）.
    Markdown that stands for itself.
    """
    name = in_one_line(who.name or who.office or who.person, LONGEST_NAME)
    return f"{name}（{in_one_line(who.office, _LONGEST_OFFICE)}）" if who.name and who.office else name


def in_one_line(text: str, longest: int) -> str:
    """What somebody wrote, as Markdown that stands for itself: on one line, and no longer than so many characters."""
    words = " ".join(text.split())
    return escaped(words if len(words) <= longest else f"{words[: longest - 1]}…")


def merged(texts: Sequence[str], lang: Lang) -> str:
    """Several late messages to one chat as one, numbered as the buttons under it are."""
    return numbered(texts, sentence("message.merged", count=len(texts)), lang)


def numbered(texts: Sequence[str], head: Sentence, lang: Lang) -> str:
    """Texts under one head, in order."""
    return "\n\n".join([f"**{say(head, lang)}**", *(f"{sign(n)} {text}" for n, text in enumerate(texts, 1))])


def sign(number: int) -> str:
    """How a part of a merged message is numbered: ①."""
    return chr(ord("①") + number - 1) if number <= _SIGNED else f"({number})"


def at_its_longest(
    issued: Issued,
    chat: str,
    platform: str,
    *,
    amends: bool,
    zone: ZoneInfo,
    mentions: Mapping[str, Iterable[str]],
    lang: Lang,
) -> str:
    """What an occurrence may really become in one chat: sent when it was just still worth it, and a day after the
    deadline every office asks for help, which tells the time, and still mentions its people; all that in a rehearsal.
    Where a message is changed as long as it stands (`amends`) it also tells who ended each problem.
    """
    sent_at, owing, here = issued.due + issued.late, issued.owing, issued.chats.get(chat, ())
    if owing is not None:
        owing = owing.model_copy(update={"deadline": sent_at + owing.within})
    answered = (owing.deadline if owing else sent_at) + timedelta(days=1)
    helpless = [Standing(office, "help", answered, "") for office in here]
    who = somebody(sent_at + timedelta(days=1))
    seen_to = [Problem(issued.occurrence, office, 1, who, closed=who) for office in here] if amends else []
    late = issued.model_copy(update={"owing": owing})
    longest = compose(
        late, chat, platform, helpless, sent_at, zone=zone, mentions=mentions, lang=lang, problems=seen_to
    )
    return headed_rehearsal(longest, lang)


def somebody(at: datetime) -> Who:
    """Whose name is as long as any that is told."""
    return Who("", "名" * LONGEST_NAME, at, "处" * _LONGEST_OFFICE)


def mentioned(name: str, people: Iterable[str], platform: str) -> str:
    """A name that notifies the people behind it who are on this platform."""
    links = [person for person in people if person.startswith(f"{directory_of(platform)}:")]
    if not links:
        return name
    return f"[{name}](person:{links[0]})" + "".join(f"[＠](person:{person})" for person in links[1:])


def short(moment: datetime, beside: datetime, zone: ZoneInfo) -> str:
    """A moment as short as it can be read beside another: 09:00, 11-30 09:00, 2027-01-01 09:00."""
    here, there = moment.astimezone(zone), beside.astimezone(zone)
    if here.date() == there.date():
        return f"{here:%H:%M}"
    return f"{here:%m-%d %H:%M}" if here.year == there.year else f"{here:%Y-%m-%d %H:%M}"


def _in_words(standing: Standing, beside: datetime, zone: ZoneInfo, lang: Lang) -> str:
    state = sentence(f"message.{standing.state}")
    if standing.answered_at is None:
        return say(state, lang)
    return say(sentence("message.answered", state=state, at=short(standing.answered_at, beside, zone)), lang)
