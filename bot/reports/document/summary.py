"""The summing-up (总结) of a phase or of a whole campaign, drafted for who supervises it (the notice, 三.三 总结提升).

Figures are the record's. What it cannot know, 经验做法 and 健全机制, is left open for people to write.
"""

from bot.campaign.model import Campaign, Phase, Schedule
from bot.language import Lang, say, sentence
from bot.reports.document.notice import as_of, based_on, span_of
from bot.reports.document.organ import organ, supervisor
from bot.reports.document.paper import Paper
from bot.reports.document.parts import Parts
from bot.reports.document.words import day_in_words
from bot.reports.record import Record


def summing_up(record: Record, schedule: Schedule, campaign: Campaign, phase: Phase | None, lang: Lang) -> bytes:
    """The summing-up of a phase, or of the campaign as a whole, as a Word file; `record` is of its days."""
    now = record.now.astimezone(record.zone)
    about, last_line = campaign.title, say(sentence("document.title-summing-up"), lang)
    if phase:
        about = say(sentence("document.phase-of", title=campaign.title, phase=phase.name), lang)
        last_line = say(sentence("document.title-summing-up-phase", phase=phase.name), lang)
    title = [campaign.title, last_line]
    whose = supervisor(schedule, lang)
    paper = Paper("".join(title), organ(schedule.town.name, lang), record.now, lang)
    paper.title(title)
    opening = say(
        sentence(
            "document.summing-up-opening",
            basis=based_on([campaign.basis] if campaign.basis else [], lang),
            span=span_of(record, lang),
            about=about,
            at=as_of(record, lang),
        ),
        lang,
    )
    paper.text(opening)
    parts = Parts(paper, record, schedule, lang)
    parts.overview()
    if phase is None:
        parts.phases()
    parts.duties()
    parts.problems()
    parts.undelivered()
    parts.burden()
    for key in ("experience", "mechanisms", "next"):
        paper.first(say(sentence(f"document.{key}"), lang))
        paper.to_fill_in(say(sentence(f"document.{key}-to-write"), lang))
    paper.signed(whose, day_in_words(now.date(), lang))
    if record.by_office:
        paper.annex(say(sentence("document.annex"), lang), say(sentence("document.annex-offices"), lang))
        parts.offices()
    return paper.content
