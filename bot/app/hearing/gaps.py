"""What a gap in a platform's hearing costs those who were asked there, and how it is made up for.

Deadlines that ran out in it are put off until all that waited at the platform has come. Where something may be lost,
who still owes an answer is asked once more and has the whole time anew.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.channels.routes import Routes
from bot.language import say, sentence
from bot.ledger.deliveries import Delivery, Issued, Question, notice
from bot.ledger.entries import Entry
from bot.ledger.standing import standings
from bot.outbox.mentions import mention_of_ask
from bot.outbox.terms import Terms
from bot.planner.plan import end_of_quiet
from bot.renderer.compose import mentioned, short
from bot.renderer.headline import headline
from bot.renderer.templates import escaped
from bot.store.protocol import Change, Reader

_COMES_WITHIN = timedelta(minutes=1)


@dataclass(frozen=True)
class Gap:
    """From when to when a platform was not heard, and for how long what came in meanwhile was kept for us."""

    platform: str
    since: datetime
    until: datetime
    keeps: timedelta

    @property
    def loses(self) -> bool:
        """Whether something may be lost for good."""
        return self.until - self.since > self.keeps

    @property
    def made_up(self) -> datetime:
        """By when all that waited at the platform has come."""
        return self.until + _COMES_WITHIN

    def entry(self) -> Entry:
        """The ledger's word of it."""
        detail = {"platform": self.platform, "since": self.since.isoformat(), "until": self.until.isoformat()}
        return Entry(at=self.until, kind="deaf", detail=detail)


@dataclass(frozen=True)
class Ask:
    """An ask that somebody owes an answer to whom a gap concerns: `owe` are the offices that do, by the chats of the
    platform in which they were told. `told` are the deliveries that they may have read and whose deadline lay after
    the gap began. It is `superseded` where the same reminder asked again since.
    """

    issued: Issued
    within: timedelta
    owe: Mapping[str, tuple[str, ...]]
    told: tuple[Delivery, ...]
    superseded: bool

    @property
    def offices(self) -> tuple[str, ...]:
        """Who owes, each once."""
        return tuple(dict.fromkeys(office for offices in self.owe.values() for office in offices))


async def asks_in(store: Reader, routes: Routes, gap: Gap) -> list[Ask]:
    """The asks that a gap concerns, in order of due time."""
    found: list[Ask] = []
    all_issued = [each for each in await store.all_issued() if not each.withdrawn]
    latest = {_reminder(each): each.occurrence for each in all_issued}
    for issued in all_issued:
        if issued.owing is None:
            continue
        told = [
            each
            for each in await store.deliveries(occurrence=issued.occurrence)
            if each.may_be_read and each.deadline and each.deadline > gap.since
        ]
        here = {each.chat for each in told if (way := routes.to(each.chat)) and way.channel.name == gap.platform}
        stands = standings(issued.offices, await store.entries(occurrence=issued.occurrence)) if here else ()
        lag = {each.office for each in stands if each.state != "help" and not each.has_given(issued.owing.expects)}
        owe = {chat: tuple(each for each in issued.chats.get(chat, ()) if each in lag) for chat in sorted(here)}
        owe = {chat: offices for chat, offices in owe.items() if offices}
        concerned = {office for offices in owe.values() for office in offices}
        theirs = tuple(each for each in told if concerned & set(issued.chats.get(each.chat, ())))
        if theirs:
            superseded = latest[_reminder(issued)] != issued.occurrence
            found.append(Ask(issued, issued.owing.within, owe, theirs, superseded))
    return found


def put_off(asks: Sequence[Ask], gap: Gap) -> Change:
    """Nobody is late for what ran out in the gap: what they pressed then has yet to come."""
    before = tuple(each for ask in asks for each in ask.told if _sooner(each, gap.until))
    return Change(deliveries=_owed_by(gap.made_up, before), given=before)


def asked_again(asks: Sequence[Ask], gap: Gap, terms: Terms, now: datetime) -> Change:
    """Who may have pressed in vain is asked once more, at night only about what is urgent; the admins are told.

    Nothing is lost of an ask that was told so late that the platform kept all that was pressed since, unless its time
    ran out in the gap.
    """
    entries: list[Entry] = []
    before: list[Delivery] = []
    after: list[Delivery] = []
    planned: list[Delivery] = []
    lost = [each for each in asks if not each.superseded and _may_have_lost(each, gap)]
    for ask in lost:
        at = now if ask.issued.urgent else end_of_quiet(terms.quiet, now.astimezone(terms.zone))
        deadline = at + ask.within
        moved = [each for each in ask.told if _sooner(each, deadline)]
        before += moved
        after += _owed_by(deadline, moved)
        planned += _notices(ask, gap, at, deadline, terms)
        detail = {"why": "deaf", "since": gap.since.isoformat(), "deadline": deadline.isoformat()}
        occurrence = ask.issued.occurrence
        entries += [
            Entry(at=now, kind="reminded", occurrence=occurrence, office=office, detail=detail)
            for office in ask.offices
        ]
    words = sentence(
        "service.deaf",
        platform=sentence(f"board.platform-{gap.platform}"),
        since=gap.since.astimezone(terms.zone),
        until=gap.until.astimezone(terms.zone),
    )
    told = [words, sentence("service.deaf-asked", count=len(lost))] if lost else [words]
    planned += notice(_about(gap), terms.admins, "\n\n".join(say(each, terms.lang) for each in told), now)
    return Change(entries=(gap.entry(), *entries), deliveries=tuple(after), given=tuple(before), planned=tuple(planned))


def _notices(ask: Ask, gap: Gap, at: datetime, deadline: datetime, terms: Terms) -> list[Delivery]:
    """One for each chat of the platform in which somebody owes, due at `at`."""
    question = Question(kind="answer", of=ask.issued.occurrence)
    planned: list[Delivery] = []
    for chat, offices in ask.owe.items():
        names = [
            mentioned(escaped(ask.issued.offices[each]), terms.mentions.get(each, ()), gap.platform) for each in offices
        ]
        words = sentence(
            "service.ask-again",
            offices=names,
            ask=escaped(headline(ask.issued)),
            due=short(ask.issued.due, at, terms.zone),
            since=short(gap.since, at, terms.zone),
            until=short(gap.until, at, terms.zone),
            deadline=short(deadline, at, terms.zone),
        )
        about = f"{_about(gap)}/{ask.issued.occurrence}"
        planned += notice(about, [chat], say(words, terms.lang), at, question)
        again = f"again-{gap.since.isoformat()}"
        planned += mention_of_ask(ask.issued, chat, offices, again, gap.platform, terms, at)
    return planned


def _may_have_lost(ask: Ask, gap: Gap) -> bool:
    kept_since = gap.until - gap.keeps
    return any((each.sent_at or each.due) < kept_since or _sooner(each, gap.made_up) for each in ask.told)


def _owed_by(deadline: datetime, deliveries: Sequence[Delivery]) -> tuple[Delivery, ...]:
    return tuple(each.model_copy(update={"deadline": deadline}) for each in deliveries)


def _sooner(delivery: Delivery, deadline: datetime) -> bool:
    return delivery.deadline is not None and delivery.deadline <= deadline


def _about(gap: Gap) -> str:
    return f"deaf/{gap.platform}/{gap.since.isoformat()}"


def _reminder(issued: Issued) -> str:
    return "/".join(issued.occurrence.split("/")[:2])
