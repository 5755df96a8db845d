"""What Prometheus reads of a real bot."""

import re

import pytest
from prometheus_client import REGISTRY
from prometheus_client.parser import text_string_to_metric_families

from bot.app.watch.metrics import Metrics
from bot.app.watch.watch import Watch
from bot.store.protocol import Change
from tests.app.stage import DUTY_ROOM, RESIDENTS, TOKEN, Stage, at
from tests.fakes import not_sent


class Scraped:
    def __init__(self, text: str) -> None:
        self.text = text
        self._samples = [sample for family in text_string_to_metric_families(text) for sample in family.samples]

    def __call__(self, name: str, **labels: str) -> float | None:
        found = [each.value for each in self._samples if each.name == f"gengfu_{name}" and each.labels == labels]
        return found[0] if found else None


@pytest.fixture
async def metrics(stage: Stage) -> Metrics:
    bot = await stage.run()
    return Metrics(bot, stage.live, Watch(bot))


async def scrape(metrics: Metrics) -> Scraped:
    return Scraped((await metrics.text()).decode())


async def test_how_late_messages_went_out_by_kind(stage: Stage, metrics: Metrics) -> None:
    stage.telegram.order(DUTY_ROOM, *[not_sent()] * 2)
    await stage.pass_to(at("08:01:00"))
    await stage.pass_to(at("08:02:00"))
    await stage.clock.advance(30)
    seen = await scrape(metrics)
    assert seen("lateness_seconds_count", kind="broadcast") == 1
    assert seen("lateness_seconds_bucket", kind="broadcast", le="0.5") == 1
    assert seen("lateness_seconds_count", kind="duty_alert") == 1
    assert seen("lateness_seconds_bucket", kind="duty_alert", le="5.0") == 0
    assert seen("lateness_seconds_bucket", kind="duty_alert", le="30.0") == 1


async def test_a_message_that_is_edited_is_not_counted_again(stage: Stage, metrics: Metrics) -> None:
    await stage.pass_to(at("08:02:00"))
    data = next(each.message for each in stage.telegram.sent if each.address == DUTY_ROOM).buttons[0][1].data
    stage.hears("press", data=data)
    await stage.clock.advance(5)
    assert stage.telegram.edited
    assert (await scrape(metrics))("lateness_seconds_count", kind="duty_alert") == 1


async def test_deliveries_by_state_and_platform_what_waits_and_what_is_owed(stage: Stage, metrics: Metrics) -> None:
    stage.telegram.order(RESIDENTS, *[not_sent()] * 100)
    await stage.pass_to(at("08:01:00"))
    await stage.pass_to(at("08:02:00"))
    await stage.clock.advance(30)
    seen = await scrape(metrics)
    assert seen("deliveries", state="retrying", platform="telegram") == 1
    assert seen("deliveries", state="sent", platform="telegram") == 2, "the ask, and a notice to the admin"
    assert seen("deliveries", state="sent", platform="board") == 1
    assert seen("queue_age_seconds") == 90
    assert seen("open_asks") == 1


async def test_how_the_bot_itself_does(stage: Stage, metrics: Metrics) -> None:
    await stage.look()
    await stage.clock.advance(20)
    seen = await scrape(metrics)
    assert seen("look_age_seconds") == 20
    assert seen("platform_silence_seconds", platform="telegram") == 20
    assert seen("store_refusals_total") == 0
    assert seen("well", part="disk") == 1
    assert "process_resident_memory_bytes" in seen.text

    stage.store.full = lambda _change: True
    await stage.look()
    await stage.clock.advance(60)
    seen = await scrape(metrics)
    assert (seen("store_refusals_total") or 0) >= 1
    assert (seen("well", part="disk"), seen("well", part="planner")) == (0, 0)


async def test_no_label_names_a_chat_a_person_or_a_text(stage: Stage, metrics: Metrics) -> None:
    await stage.pass_to(at("08:02:00"))
    text = (await scrape(metrics)).text
    own = "\n".join(line for line in text.splitlines() if line.startswith("gengfu_"))
    assert set(re.findall(r'(\w+)="', own)) == {"kind", "le", "state", "platform", "part"}
    for hidden in (DUTY_ROOM, "duty-room", "longmen", "2001", TOKEN.get_secret_value()):
        assert hidden not in own


async def test_it_leaves_the_librarys_own_registry_alone(stage: Stage, metrics: Metrics) -> None:
    assert not [each for each in REGISTRY.collect() if each.name.startswith("gengfu")]
    second = Metrics(stage.bot, stage.live, Watch(stage.bot))
    await stage.store.commit(Change())
    assert "gengfu_lateness_seconds_count" in (await scrape(second)).text


async def test_what_was_handed_to_each_platform_and_how_much_of_it_to_one_chat(stage: Stage, metrics: Metrics) -> None:
    await stage.pass_to(at("08:01:30"))
    before = (await scrape(metrics))("requests_total", platform="telegram")
    assert before is not None
    await stage.pass_to(at("08:02:00"))
    await stage.clock.advance(1)
    seen = await scrape(metrics)
    assert seen("requests_total", platform="telegram") == before + 1
    assert seen("fullest_minute", platform="telegram") == 1
    await stage.clock.advance(60)
    assert (await scrape(metrics))("fullest_minute", platform="telegram") == 0
