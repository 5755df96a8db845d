"""What fell due becomes an issued occurrence and a delivery for each of its chats."""

import secrets
from collections.abc import Iterable
from datetime import datetime

from bot.campaign.model import Schedule
from bot.ledger.deliveries import Delivery, Issued, Owing, State, StepUp, notice
from bot.planner.occurrence import Occurrence
from bot.renderer.templates import Messages, wordings


def issue(schedule: Schedule, messages: Messages, occurrence: Occurrence, now: datetime, version: str) -> Issued:
    """Fix an occurrence as it is planned and worded now. Raises `MessageError` where its message cannot be rendered."""
    plan, deadline = occurrence.answer, occurrence.deadline
    campaign = schedule.campaign(occurrence.campaign)
    phase = next((each for each in campaign.phases if each.id == occurrence.phase), None) if campaign else None
    duties = [each for each in campaign.duties if each.id in occurrence.duties] if campaign else []
    read = {each for chat, _ in occurrence.chats for each in wordings(schedule.chats[chat].on)}
    worded = ("", *(each for each in messages.wordings_of(occurrence.message) if each in read))
    return Issued(
        occurrence=occurrence.id,
        token=secrets.token_urlsafe(9),
        campaign=occurrence.campaign,
        title=campaign.title if campaign else occurrence.campaign,
        due=occurrence.due,
        late=occurrence.late,
        on_doubt=occurrence.on_doubt,
        urgent=occurrence.urgent,
        offices={office: schedule.offices[office].name for office in occurrence.offices},
        helpers=tuple(schedule.offices[office].name for office in occurrence.helpers),
        chats=dict(occurrence.chats),
        bodies={each: messages.body(schedule, occurrence, now, each) for each in worded},
        version=version,
        phase=occurrence.phase,
        phase_name=phase and phase.name,
        duties={each.id: f"{each.item} {each.name}" for each in duties},
        owing=plan
        and deadline
        and Owing(
            expects=plan.expects,
            within=plan.within,
            deadline=deadline,
            remind_every=plan.remind_every,
            then=tuple(StepUp(after=step.after, tell=step.tell) for step in plan.then),
        ),
    )


def deliveries_of(issued: Issued, restored: datetime | None = None) -> tuple[Delivery, ...]:
    """One delivery a chat, planned. What was due by the moment at which the record was `restored` may have gone out
    before that: it is intended, which the sender judges as perhaps sent.
    """
    state: State = "intended" if restored and issued.due <= restored else "planned"
    alert = issued.owing is not None
    return tuple(
        Delivery(occurrence=issued.occurrence, chat=chat, due=issued.due, state=state, duty_alert=alert)
        for chat in issued.chats
    )


def notice_to_admins(admins: Iterable[str], about: str, text: str, now: datetime) -> tuple[Delivery, ...]:
    """Something that the admins must know, as a delivery to each. `about` makes it one that is told once."""
    return notice(about, admins, text, now)
