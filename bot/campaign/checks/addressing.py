"""Who is told and who answers: everything addressed is reached by a chat, everything asked can be answered."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import timedelta

from bot.campaign.draft import CampaignDraft, Draft, Part
from bot.campaign.model import Reminder
from bot.campaign.names import nearest
from bot.campaign.problems import Problem

_EVERY_OFFICE = "offices"
"""The audience of the chats in which an office without a chat of its own is asked (interface.md, town.yaml)."""


def chats_of_nobody(draft: Draft) -> Iterator[Problem]:
    """Warns of a chat that is bound to no audience and to no office, in which nothing will ever be said; the robot that
    mentions people beside another chat has its use.
    """
    mention = {part.value.mention_by for part in draft.chats}
    for part in draft.chats:
        if not part.value.audiences and part.value.office is None and part.value.id not in mention:
            yield part.problem((), "schedule.chat-of-nobody", "warning", chat=part.value.title)


def offices_without_answer(draft: Draft) -> Iterator[Problem]:
    """An office that nobody can answer for: no members, and no chat of its own from which to answer."""
    own = draft.with_own_chat
    for part in draft.offices:
        office = part.value
        if office.answer_from == "chat":
            if own is not None and office.id not in own:
                yield part.problem(("answer_from",), "schedule.answers-from-no-chat", name=office.name, id=office.id)
        elif not office.members:
            yield part.problem((), "schedule.nobody-answers", name=office.name)


def speechless_reminders(draft: Draft) -> Iterator[Problem]:
    """A reminder to nobody."""
    for part, _ in _reminders(draft):
        to = part.value.to
        if not (to.audiences or to.offices or to.tags or to.duty):
            yield part.problem(("to",), "schedule.to-nobody")


def unknown_audiences(draft: Draft) -> Iterator[Problem]:
    """An audience that no chat carries."""
    if (known := draft.audiences) is None:
        return
    for part, _ in _reminders(draft):
        for index, word in enumerate(part.value.to.audiences):
            if word not in known:
                path = _of_audience(part, index)
                yield _unknown(part, path, "audience", word, known)


def unknown_tags(draft: Draft) -> Iterator[Problem]:
    """A tag that no office bears."""
    if (known := draft.tags) is None:
        return
    for part, _ in _reminders(draft):
        for index, word in enumerate(part.value.to.tags):
            if word not in known:
                yield _unknown(part, ("to", "tags", index), "tag", word, known)


def unreachable_offices(draft: Draft) -> Iterator[Problem]:
    """An office that is addressed and read by no chat: it has none of its own, and there is none for all offices."""
    own, audiences = draft.with_own_chat, draft.audiences
    if own is None or audiences is None or _EVERY_OFFICE in audiences:
        return
    names = {part.value.id: part.value.name for part in draft.offices}
    told: set[str] = set()
    for part, campaign in _reminders(draft):
        for office, path in _addressed(draft, campaign, part.value):
            if office in names and office not in own and office not in told:
                told.add(office)
                yield part.problem(path, "schedule.unreachable-office", name=names[office], id=office)


def asked_of_audiences(draft: Draft) -> Iterator[Problem]:
    """An answer asked of audiences alone: only offices answer."""
    for part, _ in _reminders(draft):
        to = part.value.to
        if part.value.answer and to.audiences and not (to.offices or to.tags or to.duty):
            place = part.source.key_place(*part.path, "answer")
            yield Problem(place, part.problem((), "schedule.answer-of-audiences").sentence)


def unsteady_escalations(draft: Draft) -> Iterator[Problem]:
    """Steps of `then` that do not come one after the other."""
    for part, _ in _reminders(draft):
        latest = timedelta(0)
        for index, step in enumerate(part.value.answer.then if part.value.answer else ()):
            if step.after <= latest:
                yield part.problem(
                    ("answer", "then", index, "after"), "schedule.steps-not-rising", after=step.after, before=latest
                )
            latest = max(latest, step.after)


def _reminders(draft: Draft) -> Iterator[tuple[Part[Reminder], CampaignDraft]]:
    for campaign in draft.campaigns:
        for part in campaign.reminders:
            yield part, campaign


def _addressed(
    draft: Draft, campaign: CampaignDraft, reminder: Reminder
) -> Iterator[tuple[str, tuple[str | int, ...]]]:
    """The offices that a reminder asks or tells, each with the path that names it."""
    to = reminder.to
    if to.offices == "all":
        yield from ((part.value.id, ("to", "offices")) for part in draft.offices)
    else:
        yield from ((office, ("to", "offices", index)) for index, office in enumerate(to.offices))
    for part in draft.offices:
        if set(part.value.tags) & set(to.tags):
            yield part.value.id, ("to", "tags")
    for duty in campaign.duties:
        if duty.value.id in to.duty:
            yield from ((office, ("to", "duty")) for office in duty.value.lead)
    for index, step in enumerate(reminder.answer.then if reminder.answer else ()):
        yield from ((office, ("answer", "then", index, "tell")) for office in step.tell)


def _of_audience(part: Part[Reminder], index: int) -> tuple[str | int, ...]:
    """Where an audience of `to` stands: in a list of its own, or under `audiences`."""
    written: Mapping[tuple[str | int, ...], object] = part.source.values
    short = ("to", index)
    return short if (*part.path, *short) in written else ("to", "audiences", index)


def _unknown(part: Part[Reminder], path: tuple[str | int, ...], kind: str, word: str, known: Iterable[str]) -> Problem:
    if near := nearest(word, known):
        return part.problem(path, f"schedule.unknown-{kind}-nearest", word=word, nearest=near)
    return part.problem(path, f"schedule.unknown-{kind}", word=word)
