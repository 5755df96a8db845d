"""What is said of owed answers in every form of the record."""

from collections.abc import Mapping

from bot.language import Lang, Sentence, say, sentence
from bot.ledger.entries import ANSWERS
from bot.ledger.inbound import BY_LINK
from bot.reports.answers import OwedAnswer
from bot.reports.figures import Figures
from bot.reports.record import Record

_MOST_NAMED = 5


def state_of(answer: OwedAnswer) -> Sentence:
    """Where an answer stands: 待回执, 收到, 已落实, 需协助, 已撤回."""
    return sentence(f"cli.{'kind' if answer.state in ANSWERS else 'state'}-{answer.state}")


def person_of(answer: OwedAnswer, chats: Mapping[str, str], lang: Lang) -> str | None:
    """Who answered as people know them: by name, else by the link of which chat (`chats` maps ids to names), else as
    the ledger has them.
    """
    return answer.name or by_link(answer.by, chats, lang) or answer.by


def by_link(person: str | None, chats: Mapping[str, str], lang: Lang) -> str | None:
    """“龙门村工作群”的链接 for whoever answered by it, None for anybody else."""
    platform, _, chat = (person or "").partition(":")
    return say(sentence("report.by-link", chat=chats.get(chat, chat)), lang) if platform == BY_LINK else None


def outcome_of(answer: OwedAnswer) -> Sentence:
    """How it ended: 按时, 逾期后回, …"""
    return sentence(f"report.outcome-{answer.outcome}")


def remarks_of(answer: OwedAnswer) -> tuple[Sentence, ...]:
    """What else a reader must know: on whose behalf, what was put right, which files prove it."""
    found: list[Sentence] = []
    if answer.on_behalf:
        found.append(sentence("report.on-behalf", reason=answer.on_behalf))
    if answer.corrected:
        key = "report.corrected-why" if answer.correction else "report.corrected"
        found.append(sentence(key, reason=answer.correction))
    if answer.evidence:
        found.append(sentence("report.evidence", count=len(answer.evidence)))
    return tuple(found)


def totals_of(figures: Figures) -> tuple[Sentence, ...]:
    """What a group comes to, to be joined: how many answers, how they ended, what it took."""
    found = [
        sentence(
            "report.totals",
            asked=figures.asked,
            in_time=figures.in_time,
            late=figures.late,
            help=figures.help,
            open=figures.open,
            overdue=figures.overdue,
        )
    ]
    if figures.withdrawn:
        found.append(sentence("report.totals-withdrawn", withdrawn=figures.withdrawn))
    found.append(sentence("report.totals-rest", reminders=figures.reminders, escalated=figures.escalated))
    if figures.took:
        found.append(sentence("report.totals-took", took=figures.took))
    return tuple(found)


def burden_of(record: Record) -> tuple[Sentence, ...]:
    """How often one office was asked in a week at most, and where that was more than the town allows itself."""
    most = max((count for asks in record.weeks.values() for count in asks.values()), default=0)
    if most <= record.per_week:
        return (sentence("report.burden", most=most, limit=record.per_week),) if most else ()
    over = [
        sentence("report.burden-week", monday=monday, office=name, count=asks[office])
        for monday, asks in record.weeks.items()
        for office, name in record.offices.items()
        if asks.get(office, 0) > record.per_week
    ]
    named = over if len(over) <= _MOST_NAMED else [*over[:_MOST_NAMED], sentence("report.burden-more", count=len(over))]
    return (sentence("report.burden-over", limit=record.per_week, weeks=named),)
