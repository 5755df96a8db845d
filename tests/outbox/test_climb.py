"""The ladder climbed: what the record says becomes reminders, namings and reports, each planned once."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

import pytest

from bot.campaign.model import Schedule
from bot.ledger.deliveries import Delivery, Issued, Owing, StepUp
from bot.ledger.entries import Entry
from bot.outbox.climb import Climb, Ground
from bot.outbox.terms import Terms, terms_of
from bot.store.protocol import Change
from tests.builders import a_duty_alert, a_schedule
from tests.fakes import FailingStore
from tests.outbox.stage import an_ask, at
from tests.store.records import an_inbound

OWING = Owing(
    expects="done",
    within=timedelta(hours=2),
    deadline=at("11:00", 6),
    remind_every=timedelta(minutes=30),
    then=(StepUp(after=timedelta(hours=4), tell=("fire-committee",)),),
)
OFFICES = {"police": "派出所", "village-longmen": "龙门村委会"}
CHATS = {"duty-room": ("police",), "longmen-office": ("village-longmen",)}
DUE = at("09:00", 6)


def the_ask(**but: Any) -> Issued:
    return an_ask(
        "alert", DUE, **{"offices": OFFICES, "chats": CHATS, "owing": OWING, "campaign": "winter-2026", **but}
    )


class Ladder:
    """A ladder over a store; `look` is one look at a moment."""

    def __init__(self, schedule: Schedule | None = None) -> None:
        self.schedule = schedule or a_schedule(reminders=[a_duty_alert()])
        self.store = FailingStore()
        self.climb = Climb(self.store)
        self.heard: dict[str, datetime] = {}
        self.admins: tuple[str, ...] = ("telegram:1001",)

    @property
    def terms(self) -> Terms:
        return terms_of(self.schedule, self.admins, "zh")

    async def begin(self, issued: Issued, *chats: str, **but: Any) -> Issued:
        """It went out in these chats, in all of its own where none is named."""
        told = tuple(
            Delivery(
                occurrence=issued.occurrence,
                chat=chat,
                due=issued.due,
                **{"state": "sent", "sent_at": issued.due, "deadline": at("11:00", 6), "duty_alert": True, **but},
            )
            for chat in chats or issued.chats
        )
        entries = tuple(Entry(at=issued.due, kind="sent", occurrence=each.occurrence, chat=each.chat) for each in told)
        await self.store.commit(Change(entries=entries, issued=(issued,), deliveries=told))
        return issued

    async def look(self, now: datetime) -> datetime | None:
        ground = Ground(self.schedule, self.terms, lambda chat, by: self.heard.get(chat, by) >= by)
        return await self.climb.look(ground, now)

    async def through(self, *moments: datetime) -> None:
        for moment in moments:
            await self.look(moment)

    async def calls(self, issued: Issued) -> list[str]:
        return [
            f"{each.due:%H:%M} {each.call.kind} {each.call.number} {'+'.join(each.call.offices)} "
            f"in {each.chat} {each.state}"
            for each in await self.store.calls(issued.occurrence)
            if each.call
        ]

    async def answer(self, issued: Issued, office: str, kind: str, now: datetime, **detail: Any) -> None:
        entry: Mapping[str, Any] = {"at": now, "kind": kind, "occurrence": issued.occurrence, "office": office}
        await self.store.commit(Change(entries=(Entry.model_validate({**entry, "detail": detail or None}),)))


@pytest.fixture
def ladder() -> Ladder:
    return Ladder()


async def test_a_reminder_goes_to_each_chat_and_names_who_owes_there(ladder: Ladder) -> None:
    ask = await ladder.begin(the_ask())
    assert await ladder.look(DUE) == at("09:30", 6)
    assert await ladder.calls(ask) == []
    assert await ladder.look(at("09:30", 6)) == at("10:00", 6)
    assert await ladder.calls(ask) == [
        "09:30 remind 1 police in duty-room planned",
        "09:30 remind 1 village-longmen in longmen-office planned",
    ]


async def test_a_reminder_says_until_when_it_is_of_use_the_next_occurrence_of_its_reminder_included() -> None:
    daily = Ladder(a_schedule(reminders=[a_duty_alert(on={"every": "day", "at": "10:00"})]))
    owing = OWING.model_copy(update={"then": ()})
    ask = await daily.begin(the_ask(owing=owing))
    await daily.look(at("09:30", 6))
    (until, _) = [each.call and each.call.until for each in await daily.store.calls(ask.occurrence)]
    assert until == at("10:00", 6)


async def test_looking_again_plans_nothing_again_also_after_a_restart(ladder: Ladder) -> None:
    ask = await ladder.begin(the_ask())
    await ladder.through(at("09:30", 6), at("09:30", 6))
    ladder.climb = Climb(ladder.store)
    await ladder.look(at("09:30", 6))
    assert len(await ladder.calls(ask)) == 2


async def test_the_late_go_on_record_at_their_deadline_and_are_named_and_later_reported_upward(ladder: Ladder) -> None:
    ask = await ladder.begin(the_ask(), "duty-room")
    await ladder.through(DUE, at("11:00", 6), at("13:00", 6))
    (late,) = [each for each in await ladder.store.entries() if each.kind == "late"]
    assert (late.at, late.office, late.occurrence) == (at("11:00", 6), "police", ask.occurrence)
    assert [each for each in await ladder.calls(ask) if "remind" not in each] == [
        "11:00 late 1 police in duty-room planned",
        "13:00 escalate 0 police in duty-room planned",
    ]


async def test_who_is_told_upward_is_told_where_they_are_and_the_admins_where_nobody_is(ladder: Ladder) -> None:
    owing = OWING.model_copy(update={"then": (StepUp(after=timedelta(hours=1), tell=("nobody-any-more",)),)})
    lonely = await ladder.begin(
        the_ask(owing=owing, offices={"fire-committee": "消安委"}, chats={"duty-room": ("fire-committee",)})
    )
    await ladder.look(at("10:00", 6))
    (told,) = [
        each for each in await ladder.store.calls(lonely.occurrence) if each.call and each.call.kind == "escalate"
    ]
    assert told.chat == "telegram:1001"


async def test_a_newer_reminder_takes_the_place_of_one_that_has_not_gone_out(ladder: Ladder) -> None:
    ask = await ladder.begin(the_ask(), "duty-room")
    await ladder.through(at("09:30", 6), at("10:00", 6))
    assert await ladder.calls(ask) == [
        "09:30 remind 1 police in duty-room withdrawn",
        "10:00 remind 1 police in duty-room planned",
    ]


async def test_after_an_outage_what_is_due_is_due_now(ladder: Ladder) -> None:
    ask = await ladder.begin(the_ask(), "duty-room")
    await ladder.look(at("10:47", 6))
    assert await ladder.calls(ask) == ["10:47 remind 1 police in duty-room planned"]
    assert await ladder.look(at("10:47", 6)) == at("11:00", 6)


async def test_an_answer_that_came_in_and_is_not_dealt_with_is_waited_for(ladder: Ladder) -> None:
    await ladder.begin(the_ask(), "duty-room")
    await ladder.store.commit(Change(inbound=(an_inbound(at=at("10:59", 6) + timedelta(seconds=30)),)))
    assert await ladder.look(at("11:00", 6)) == at("11:00", 6) + timedelta(seconds=1)
    assert [each.kind for each in await ladder.store.entries()] == ["sent"]
    await ladder.look(at("11:01", 6))
    assert "late" in [each.kind for each in await ladder.store.entries()]


async def test_nobody_is_late_while_their_platform_has_not_been_heard_since(ladder: Ladder) -> None:
    await ladder.begin(the_ask())
    ladder.heard["duty-room"] = at("10:50", 6)
    await ladder.look(at("11:00", 6))
    late = [each.office for each in await ladder.store.entries() if each.kind == "late"]
    assert late == ["village-longmen"]
    ladder.heard["duty-room"] = at("11:00", 6)
    await ladder.look(at("11:00", 6) + timedelta(seconds=20))
    late = [each.office for each in await ladder.store.entries() if each.kind == "late"]
    assert late == ["village-longmen", "police"]


async def test_a_message_that_goes_out_and_a_correction_bring_a_look_of_their_own(ladder: Ladder) -> None:
    looks: list[str] = []
    ladder.climb.look_now = lambda: looks.append("now")
    ask = await ladder.begin(the_ask(), "duty-room")
    assert looks
    await ladder.answer(ask, "police", "done", at("09:10", 6))
    assert await ladder.look(at("09:30", 6)) is None
    looks.clear()
    await ladder.answer(ask, "police", "received", at("09:40", 6))
    assert not looks
    await ladder.answer(ask, "police", "corrected", at("09:50", 6), to="open")
    assert looks
    assert await ladder.look(at("09:50", 6)) == at("10:20", 6)


async def test_an_ask_that_lost_its_next_step_is_found_by_the_audit_and_mended(
    ladder: Ladder, caplog: pytest.LogCaptureFixture
) -> None:
    ask = await ladder.begin(the_ask(), "duty-room")
    await ladder.look(DUE)
    ladder.climb._next[ask.occurrence] = at("20:00", 6)
    await ladder.look(at("09:30", 6))
    assert await ladder.calls(ask) == ["09:30 remind 1 police in duty-room planned"]
    assert ladder.climb.mended == 1
    assert "had lost their next step" in caplog.text
    ladder.climb._next.clear()
    await ladder.look(at("10:00", 6))
    assert len(await ladder.calls(ask)) == 2


async def test_a_bug_costs_only_the_ask_that_it_befell(ladder: Ladder, caplog: pytest.LogCaptureFixture) -> None:
    await ladder.begin(the_ask(occurrence="an id that is none"), "duty-room")
    whole = await ladder.begin(the_ask(), "duty-room")
    await ladder.look(at("09:30", 6))
    assert len(await ladder.calls(whole)) == 1
    assert ladder.climb.broken == {"an id that is none": "IndexError"}
    assert "cannot be climbed" in caplog.text


async def test_on_a_full_disk_the_ladder_goes_on_unrecorded(ladder: Ladder) -> None:
    ask = await ladder.begin(the_ask(), "duty-room")
    ladder.store.full = lambda _: True
    await ladder.look(at("11:00", 6))
    ladder.store.full = lambda _: False
    assert [each.split()[1] for each in await ladder.calls(ask)] == ["late"]
    await ladder.store.commit(Change())
    (late,) = [each for each in await ladder.store.entries() if each.kind == "late"]
    assert late.detail is not None
    assert late.detail["unrecorded"]


async def test_the_next_occurrence_of_the_same_reminder_ends_the_reminding() -> None:
    daily = a_duty_alert(on={"every": "week", "day": "sat", "at": ["09:00", "10:10"]})
    ladder = Ladder(a_schedule(reminders=[daily]))
    ask = await ladder.begin(the_ask(occurrence="winter-2026/alert/every/2027-02-06@09:00"), "duty-room")
    await ladder.through(at("09:30", 6), at("10:00", 6), at("10:30", 6), at("11:00", 6), at("11:30", 6))
    assert [each.split()[0:2] for each in await ladder.calls(ask)] == [
        ["09:30", "remind"],
        ["10:00", "remind"],
        ["11:00", "late"],
    ]


async def test_its_own_occurrence_moved_to_another_day_by_an_edit_ends_no_reminding() -> None:
    """What has gone out does not go out again on the new day, so nothing takes its place."""
    moved = a_duty_alert(on={"every": "week", "day": "sat", "at": "10:10"})
    ladder = Ladder(a_schedule(reminders=[moved]))
    ask = await ladder.begin(the_ask(occurrence="winter-2026/alert/every/2027-02-06@10:10"), "duty-room")
    await ladder.look(at("10:30", 6))
    assert await ladder.calls(ask) == ["10:30 remind 1 police in duty-room planned"]


async def test_nothing_is_planned_for_a_chat_that_the_town_has_no_more(ladder: Ladder) -> None:
    ask = await ladder.begin(the_ask(chats={"gone": ("police",), "duty-room": ("police",)}))
    await ladder.look(at("09:30", 6))
    assert await ladder.calls(ask) == ["09:30 remind 1 police in duty-room planned"]


async def test_where_no_chat_is_left_only_who_is_told_upward_hears_of_it(ladder: Ladder) -> None:
    ask = await ladder.begin(the_ask(chats={"gone": ("police",)}))
    await ladder.through(at("09:30", 6), at("11:00", 6), at("13:00", 6))
    assert [each.split()[1] for each in await ladder.calls(ask)] == ["escalate"]
    assert await ladder.look(at("13:00", 6)) == at("13:00:15", 6), "not at every second"


async def test_an_office_that_the_town_has_no_more_is_asked_nothing_for_nobody_may_answer_for_it(
    ladder: Ladder,
) -> None:
    ask = await ladder.begin(the_ask(offices={"gone": "撤并办", **OFFICES}, chats={"duty-room": ("gone", "police")}))
    await ladder.through(at("09:30", 6), at("11:00", 6), at("13:00", 6))
    assert [each.split()[1:4:2] for each in await ladder.calls(ask)] == [
        ["remind", "police"],
        ["late", "police"],
        ["escalate", "police"],
    ]
    assert [each.office for each in await ladder.store.entries() if each.kind == "late"] == ["police"]


async def test_what_waits_for_a_platform_that_is_out_of_reach_is_not_looked_at_each_second(ladder: Ladder) -> None:
    await ladder.begin(the_ask(), "duty-room")
    ladder.heard["duty-room"] = DUE
    assert await ladder.look(at("09:30", 6)) == at("09:30:01", 6)
    assert await ladder.look(at("09:31:01", 6)) == at("09:31:16", 6)


async def test_a_step_that_an_edit_brings_forward_was_not_lost(ladder: Ladder) -> None:
    ask = await ladder.begin(the_ask(), "duty-room")
    await ladder.look(DUE)
    ladder.climb._next[ask.occurrence] = at("20:00", 6)
    ladder.climb.look_afresh()
    await ladder.look(at("09:30", 6))
    assert (len(await ladder.calls(ask)), ladder.climb.mended) == (1, 0)


async def test_a_withdrawn_ask_brings_nothing(ladder: Ladder) -> None:
    ask = await ladder.begin(the_ask(), "duty-room")
    await ladder.store.commit(Change(issued=(replace_withdrawn(ask),)))
    assert await ladder.look(at("12:00", 6)) is None
    assert await ladder.calls(ask) == []


def replace_withdrawn(ask: Issued) -> Issued:
    return ask.model_copy(update={"withdrawn": True})


async def test_two_steps_up_that_are_due_at_once_after_an_outage_are_both_told(ladder: Ladder) -> None:
    then = tuple(StepUp(after=timedelta(hours=each), tell=("fire-committee",)) for each in (3, 4))
    ask = await ladder.begin(the_ask(owing=OWING.model_copy(update={"then": then})), "duty-room")
    await ladder.look(at("14:00", 6))
    assert [each.split()[1:3] for each in await ladder.calls(ask) if "escalate" in each] == [
        ["escalate", "0"],
        ["escalate", "1"],
    ]


async def test_where_nobody_is_there_to_be_told_the_ladder_does_not_turn_in_a_circle() -> None:
    ladder = Ladder()
    ladder.admins = ()
    owing = OWING.model_copy(update={"then": (StepUp(after=timedelta(hours=1), tell=("gone",)),), "remind_every": None})
    committee = the_ask(owing=owing, offices={"fire-committee": "消安委"}, chats={"duty-room": ("fire-committee",)})
    ask = await ladder.begin(committee)
    written = len(ladder.store.asked)
    assert await ladder.look(at("10:00", 6)) == at("10:00", 6) + timedelta(seconds=15)
    assert (await ladder.calls(ask), len(ladder.store.asked)) == ([], written)
