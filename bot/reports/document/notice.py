"""通报: who was asked what, who answered when, who has not, and what problems there are. A draft to be signed after
reading: all in it is from the ledger.
"""

from datetime import date

from bot.campaign.model import Campaign, Schedule
from bot.language import Lang, say, sentence
from bot.reports.document.organ import addressees, issue_number, organ
from bot.reports.document.paper import Paper
from bot.reports.document.parts import Parts
from bot.reports.document.words import day_in_words, listed, moment_in_words
from bot.reports.record import Record


def document(record: Record, schedule: Schedule, lang: Lang) -> bytes:
    """The 通报 of a record as a Word file, dated on the town's day of `record.now`."""
    town = schedule.town.name
    signs, now = organ(town, lang), record.now.astimezone(record.zone)
    campaigns = campaigns_of(record, schedule)
    about = listed(record.campaigns.values(), lang) or say(sentence("document.no-campaign"), lang)
    bases = [each.basis for each in campaigns if each.basis]
    title = [
        signs,
        say(sentence("document.title-about", about=about), lang),
        say(sentence("document.title-notice"), lang),
    ]
    paper = Paper("".join(title), signs, record.now, lang)
    paper.number(issue_number(town, bases, now.year, lang))
    paper.title(title)
    paper.addressees(addressees(schedule, record.offices, lang))
    opening = say(
        sentence(
            "document.opening",
            basis=based_on(bases, lang),
            span=span_of(record, lang),
            about=about,
            at=as_of(record, lang),
        ),
        lang,
    )
    paper.text(opening)
    parts = Parts(paper, record, schedule, lang)
    parts.overview()
    parts.duties()
    parts.problems()
    parts.undelivered()
    parts.burden()
    if record.total.overdue:
        paper.text(say(sentence("document.please-answer"), lang))
    if any(each.is_open for each in record.problems):
        paper.text(say(sentence("document.please-solve"), lang))
    paper.text(say(sentence("document.this-is-it"), lang))
    annexed = say(sentence("document.annex-offices"), lang) if record.by_office else None
    if annexed:
        paper.blank()
        paper.text(say(sentence("document.annexed", title=annexed), lang))
    paper.signed(signs, day_in_words(now.date(), lang))
    if annexed:
        paper.annex(say(sentence("document.annex"), lang), annexed)
        parts.offices()
    return paper.content


def campaigns_of(record: Record, schedule: Schedule) -> list[Campaign]:
    """Those of the record that the schedule still has."""
    return [each for each in schedule.campaigns if each.id in record.campaigns]


def based_on(bases: list[str], lang: Lang) -> str:
    """On which documents it is based, as the sentence begins."""
    tight = [each.replace("〕 ", "〕").replace(" 号", "号") for each in bases]
    return say(sentence("document.basis", bases=listed(tight, lang)), lang) if bases else ""


def as_of(record: Record, lang: Lang) -> str:
    """The moment up to which the figures count, with its year."""
    return moment_in_words(record.now.astimezone(record.zone), None, lang)


def span_of(record: Record, lang: Lang) -> str:
    """From the first day to the last."""
    now = record.now.astimezone(record.zone).date()
    first, last = record.first or now, min(record.last or now, now)
    return _days(first, max(first, last), lang)


def _days(first: date, last: date, lang: Lang) -> str:
    if first == last:
        return day_in_words(first, lang)
    return say(sentence("document.span", first=day_in_words(first, lang), last=day_in_words(last, lang)), lang)
