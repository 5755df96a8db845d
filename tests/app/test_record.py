"""The record's figures as pages see them (`bot.app.live.figures`)."""

from datetime import date, timedelta

from bot.app.view.record import Asked
from bot.reports.forms import MEDIA
from bot.store.archive import Archives
from bot.store.records import Batch
from tests.app.stage import Stage, at
from tests.app.test_asks import EIGHT, answers, told
from tests.outbox.stage import an_ask

WINTER = "winter-2036"
ASK = an_ask(due=EIGHT, campaign=WINTER)


async def test_it_is_of_the_campaign_that_is_on_and_counts_what_is_on_record(stage: Stage) -> None:
    await stage.run()
    await told(stage, ASK)
    await told(stage, an_ask("other", due=EIGHT, campaign="another"))
    await answers(stage, ASK, "done", moment=at("08:30:00"))
    shown = await stage.live.record(Asked())
    assert shown is not None
    assert (shown.season and shown.season.campaign, shown.record.total.asked) == (WINTER, 1)
    assert (shown.record.total.in_time, shown.record.total.took) == (1, timedelta(minutes=30))
    assert await stage.live.record(Asked("none")) is None


async def test_a_span_has_both_its_days_in_the_town(stage: Stage) -> None:
    await stage.run()
    await told(stage, ASK)
    for first, last, count in ((5, 5, 1), (4, 4, 0), (6, 9, 0), (1, 29, 1)):
        shown = await stage.live.record(Asked(WINTER, date(2036, 2, first), date(2036, 2, last)))
        assert shown is not None
        assert (shown.record.total.asked, shown.record.first, shown.record.last) == (
            count,
            date(2036, 2, first),
            date(2036, 2, last),
        )


async def test_it_is_counted_once_until_something_is_committed_or_a_minute_has_passed(stage: Stage) -> None:
    await stage.run()
    await told(stage, ASK)
    first = await stage.live.record(Asked())
    again = await stage.live.record(Asked())
    assert first is not None
    assert again is not None
    assert again.record is first.record
    await answers(stage, ASK, "help", moment=at("08:30:00"))
    changed = await stage.live.record(Asked())
    assert changed is not None
    assert (changed.record.total.help, changed.record.total.open) == (1, 0)
    stage.clock.jump(at("11:00:00"))
    later = await stage.live.record(Asked())
    assert later is not None
    assert later.record.now == at("11:00:00")


async def test_a_campaign_that_is_over_and_archived_is_counted_like_any(stage: Stage) -> None:
    await stage.run()
    await told(stage, ASK)
    await answers(stage, ASK, "done", moment=at("08:30:00"))
    batch = Batch(
        entries=await stage.store.entries(occurrence=ASK.occurrence),
        issued={each.occurrence: each for each in await stage.store.all_issued()},
        deliveries={each.id: each for each in await stage.store.deliveries(occurrence=ASK.occurrence)},
    )
    Archives(stage.settings.data).write({"2036-02": batch})
    stage.store.part_with(batch)
    stage.clock.jump(at("09:00:00") + timedelta(days=365))
    shown = await stage.live.record(Asked(WINTER))
    assert shown is not None
    assert (shown.record.total.asked, shown.record.total.in_time) == (1, 1)


async def test_it_is_written_as_a_workbook_and_as_a_draft(stage: Stage) -> None:
    await stage.run()
    await told(stage, ASK)
    for form in MEDIA:
        content = await stage.live.record_as(Asked(), form)
        assert content is not None
        assert content.startswith(b"PK"), "both are archives"
        assert await stage.live.record_as(Asked("none"), form) is None
