"""The shipped town against the notice: each row of the digest's three tables is found, in both winters."""

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from itertools import count
from pathlib import Path

import pytest
from pydantic import SecretStr

from bot.app.check import judge
from bot.app.sources import read_sources
from bot.campaign.load import load
from bot.campaign.model import Campaign, Office, Schedule
from bot.planner.occurrence import Occurrence
from bot.planner.plan import season
from bot.renderer.templates import Messages
from bot.settings import Settings, WebSettings, WecomSettings

TOWN = Path(__file__).parents[2]
DIGEST = Path(__file__).with_name("digest.md")
WINTERS = {"winter-2023": 0, "winter-2026": 3}
"""Each shipped campaign, and how many years it lies after the notice."""

WORDING = ("清理楼道、阳台、厨房可燃杂物", "离人关闭电源、火源、气源")

winters = pytest.mark.parametrize("winter", WINTERS)


@cache
def shipped() -> Schedule:
    schedule = load(TOWN).schedule
    assert schedule is not None, [problem.in_words() for problem in load(TOWN).errors]
    return schedule


@cache
def messages() -> Messages:
    return Messages(texts())


def texts() -> dict[str, str]:
    return {path.name: path.read_text(encoding="utf-8") for path in (TOWN / "messages").glob("*.j2")}


def campaign_of(winter: str) -> Campaign:
    found = shipped().campaign(winter)
    assert found is not None
    return found


@cache
def occurrences(winter: str) -> tuple[Occurrence, ...]:
    return tuple(each for each in season(shipped()) if each.campaign == winter)


def warnings(winter: str) -> list[Occurrence]:
    return [each for each in occurrences(winter) if "residents" in each.audiences]


def text_of(occurrence: Occurrence) -> str:
    return messages().body(shipped(), occurrence, occurrence.due)


def rows(heading: str) -> list[dict[str, str]]:
    """A table of the digest: of each row its cells by their column's name."""
    section = DIGEST.read_text(encoding="utf-8").split(f"## {heading}", 1)[1].split("\n## ", 1)[0]
    lines = [line.strip("| ") for line in section.splitlines() if line.startswith("|")]
    names, _, *cells = ([cell.strip() for cell in line.split("|")] for line in lines)
    return [dict(zip(names, [*row, *[""] * len(names)], strict=False)) for row in cells]


def listed(cell: str) -> list[str]:
    return [name.strip() for name in cell.split("、") if name.strip()]


def by_name() -> Mapping[str, str]:
    """Every name and alias of an office, and the office that it means."""
    pairs = [(name, office.id) for office in shipped().town.offices for name in (office.name, *office.aliases)]
    assert len(pairs) == len(dict(pairs)), "a name means one office"
    return dict(pairs)


def tagged(tag: str) -> set[str]:
    return {office.id for office in shipped().town.offices if tag in office.tags}


def meant(cell: str) -> set[str]:
    """The offices that a cell of the third table names."""
    supervising = {"fire-committee", "discipline"}
    collective = {
        "every office": set(shipped().offices) - supervising,
        "every department": tagged("department"),
        "every sector department": tagged("department"),
    }
    if cell in collective:
        return collective[cell]
    found = set[str]()
    for name in listed(cell):
        found |= tagged("village") if name == "各村（居）委员会" else {by_name()[name]}
    return found


def test_the_shipped_files_have_no_error() -> None:
    assert [problem.in_words() for problem in load(TOWN).errors] == []


def test_the_digest_is_whole() -> None:
    assert (len(rows("Who")), len(rows("When")), len(rows("What, and who leads it"))) == (18, 3, 25)


@pytest.mark.parametrize("row", rows("Who"), ids=lambda row: row["id"])
def test_each_office_of_the_notice_is_in_the_town(row: dict[str, str]) -> None:
    if row["id"] == "residents":
        assert [chat for chat in shipped().town.chats if "residents" in chat.audiences]
        return
    if row["id"] == "villages":
        for village in tagged("village"):
            assert len([chat for chat in shipped().town.chats if chat.office == village]) == 1, "one group chat each"
            assert shipped().offices[village].name.endswith(("村委会", "居委会"))
        return
    office = shipped().offices[row["id"]]
    assert office.name == row["name in the notice"]
    assert set(listed(row["aliases in the notice"])) <= set(office.aliases)


def test_each_department_is_tagged_and_supervisors_owe_no_duty() -> None:
    offices = list(shipped().offices)
    first, last = offices.index("party-office"), offices.index("education")
    assert tagged("department") == set(offices[first : last + 1])
    assert tagged("supervisor") == {"fire-committee"}


@winters
@pytest.mark.parametrize("row", rows("When"), ids=lambda row: row["phase"])
def test_each_phase_has_its_days(winter: str, row: dict[str, str]) -> None:
    campaign = campaign_of(winter)
    phase = next(each for each in campaign.phases if each.name == row["phase"])
    first = date(2023, 11, 1) if row["from"] == "–" else date.fromisoformat(row["from"])
    last = date.fromisoformat(row["until"])
    years = WINTERS[winter]
    assert phase.from_ == first.replace(year=first.year + years)
    assert phase.until == last.replace(year=last.year + years)


@winters
@pytest.mark.parametrize("row", rows("What, and who leads it"), ids=lambda row: row["item"])
def test_each_duty_has_its_item_and_its_offices(winter: str, row: dict[str, str]) -> None:
    (duty,) = [each for each in campaign_of(winter).duties if each.item == row["item"]]
    assert set(duty.lead) == meant(row["lead"])
    assert set(duty.with_) == meant(row["with"])
    for term in re.findall("“(.+?)”", row["duty"]):
        assert f"“{term}”" in duty.name


@winters
def test_the_notice_has_no_duty_more(winter: str) -> None:
    assert [each.item for each in campaign_of(winter).duties] == [row["item"] for row in rows("What, and who leads it")]


def test_both_winters_are_one_plan() -> None:
    then, now = (campaign_of(winter) for winter in WINTERS)
    assert then.title == now.title
    assert then.basis == now.basis == "金龙府发〔2023〕96 号"
    assert then.duties == now.duties
    apart = [
        (one.id, other.id)
        for one, other in zip(then.reminders, now.reminders, strict=True)
        if one.model_copy(update={"on": other.on}) != other
    ]
    assert apart == []


@winters
def test_every_duty_is_asked_of_those_who_lead_it(winter: str) -> None:
    asked = {duty: each.offices for each in occurrences(winter) if each.answer for duty in each.duties}
    for duty in campaign_of(winter).duties:
        assert set(asked[duty.id]) == set(duty.lead), duty.item


@winters
def test_a_duty_alert_names_its_item_and_duty(winter: str) -> None:
    duties = {duty.id: duty for duty in campaign_of(winter).duties}
    for each in occurrences(winter):
        for duty in each.duties:
            assert f"{duties[duty].item} {duties[duty].name}" in text_of(each)


@winters
def test_each_phase_is_announced_and_its_end_is_counted_down_and_asked_for(winter: str) -> None:
    for phase in campaign_of(winter).phases:
        about = [each for each in occurrences(winter) if f"/{phase.id}-" in each.id]
        starts = [each for each in about if each.due.date() == phase.from_ and "offices" in each.audiences]
        assert starts
        ends = {(phase.until - each.due.date()).days for each in about if f"/{phase.id}-until/" in each.id}
        assert ends == {7, 3, 1, 0}
        (ask,) = [each for each in about if each.answer]
        assert tagged("department") <= set(ask.offices)
        assert ask.deadline is not None
        assert ask.deadline.date() == phase.until


@winters
@pytest.mark.parametrize(
    ("reminder", "every"), [("weekly-review", 7), ("monthly-dispatch", 31), ("monthly-inspection", 31)]
)
def test_carrying_out_has_its_rhythm(winter: str, reminder: str, every: int) -> None:
    phase = next(each for each in campaign_of(winter).phases if each.id == "carry-out")
    days = [each.due.date() for each in occurrences(winter) if each.reminder == reminder]
    assert all(phase.from_ <= day <= phase.until for day in days)
    longest_holiday = timedelta(days=9)
    steps = [later - earlier for earlier, later in zip([phase.from_, *days], [*days, phase.until], strict=True)]
    assert max(steps) <= timedelta(days=every) + longest_holiday


def key_dates_in(winter: str) -> Iterator[tuple[str, str, date]]:
    """The id, the name and the first day of each key date that a winter speaks of."""
    named = {key_date.id: key_date.name for key_date in shipped().key_dates}
    found = {
        (each.key_date, each.key_date_days[0]) for each in occurrences(winter) if each.key_date and each.key_date_days
    }
    yield from sorted((id_, named[id_], first) for id_, first in found)


@winters
def test_residents_are_warned_ahead_of_each_key_date(winter: str) -> None:
    told = [(each.due.date(), text_of(each)) for each in warnings(winter)]
    key_dates = list(key_dates_in(winter))
    assert {id_ for id_, _, _ in key_dates} == {key_date.id for key_date in shipped().key_dates}
    for _, name, first in key_dates:
        assert any(0 < (first - day).days <= 10 and name in text for day, text in told), name


@winters
@pytest.mark.parametrize("key_date", ["new-year", "new-years-eve", "spring-festival", "lantern", "two-sessions"])
def test_residents_are_warned_on_the_day(winter: str, key_date: str) -> None:
    (first,) = [first for id_, _, first in key_dates_in(winter) if id_ == key_date]
    assert [each.key_date for each in warnings(winter) if each.due.date() == first] == [key_date]


@pytest.mark.parametrize(
    ("winter", "day", "name"),
    [
        ("winter-2023", date(2024, 1, 1), "元旦"),
        ("winter-2023", date(2024, 2, 9), "除夕"),
        ("winter-2023", date(2024, 2, 10), "春节"),
        ("winter-2023", date(2024, 2, 24), "元宵节"),
        ("winter-2023", date(2024, 3, 4), "全国两会"),
        ("winter-2026", date(2027, 1, 1), "元旦"),
        ("winter-2026", date(2027, 2, 5), "除夕"),
        ("winter-2026", date(2027, 2, 6), "春节"),
        ("winter-2026", date(2027, 2, 20), "元宵节"),
    ],
)
def test_key_dates_fall_on_their_days(winter: str, day: date, name: str) -> None:
    assert (name, day) in [(named, first) for _, named, first in key_dates_in(winter)]


@winters
def test_every_warning_says_the_three_clearings_and_the_three_closings_in_full(winter: str) -> None:
    for each in warnings(winter):
        text = text_of(each)
        assert "三清三关" in text
        assert all(words in text for words in WORDING), each.id


@winters
@pytest.mark.parametrize(
    ("reminder", "risk"),
    [
        ("new-year-warning", "商场促销"),
        ("new-years-eve-warning", "烟花爆竹"),
        ("spring-festival-warning", "烟花爆竹"),
        ("spring-festival-warning", "祭祀祈福"),
        ("lantern-warning", "庙会"),
        ("qingming-warning", "祭扫"),
    ],
)
def test_a_key_date_has_its_own_risk_told(winter: str, reminder: str, risk: str) -> None:
    assert any(risk in text_of(each) for each in warnings(winter) if each.reminder == reminder)


@winters
def test_what_is_provisional_is_not_told_as_certain(winter: str) -> None:
    for each in occurrences(winter):
        if each.key_date == "two-sessions":
            assert not re.search(r"\d+ ?月|\d+ ?日", text_of(each)), each.id


@winters
@pytest.mark.parametrize("key_date", ["new-year", "spring-festival", "lantern", "two-sessions"])
def test_the_duties_of_key_dates_are_asked_during_each(winter: str, key_date: str) -> None:
    asked = {duty for each in occurrences(winter) if each.key_date == key_date for duty in each.duties}
    assert {"raise-level", "event-organisers", "event-guard", "fireworks"} <= asked


@winters
def test_fireworks_are_watched_on_every_day_of_the_spring_festival(winter: str) -> None:
    (first,) = [first for id_, _, first in key_dates_in(winter) if id_ == "spring-festival"]
    days = [each.due.date() for each in occurrences(winter) if each.reminder == "fireworks-duty"]
    assert days == [first + timedelta(days=offset) for offset in range(-8, 8)]


@winters
def test_no_office_is_asked_more_than_it_can_bear(winter: str) -> None:
    weeks = Counter[tuple[str, int, int]]()
    days = Counter[tuple[str, date]]()
    for each in occurrences(winter):
        for office in each.offices if each.answer else ():
            weeks[office, *each.due.isocalendar()[:2]] += 1
            days[office, each.due.date()] += 1
    bears = shipped().town.burden.per_week
    assert bears == 10
    assert {week: asks for week, asks in weeks.items() if asks > bears} == {}
    assert {day: asks for day, asks in days.items() if asks > 3} == {}
    assert not any(office == "discipline" for office, _ in days)


@winters
def test_residents_are_told_seldom(winter: str) -> None:
    days = [each.due.date() for each in warnings(winter)]
    assert len(days) == len(set(days)), "never two on one day"
    assert max(Counter((day.year, day.isocalendar().week) for day in days).values()) <= 4
    assert len(days) <= 20


@winters
def test_everything_comes_at_a_humane_hour(winter: str) -> None:
    for each in occurrences(winter):
        assert time(8) <= each.due.time() <= time(20), each.id
        if each.deadline:
            assert not shipped().town.quiet_hours.at(each.deadline.time()), each.id
            assert each.deadline.date() <= campaign_of(winter).last_day, each.id


@winters
def test_every_message_is_rendered_whole_and_fits_a_phone(winter: str) -> None:
    for each in occurrences(winter):
        text = text_of(each)
        assert not re.search(r"[{}]|None|none|%}", text), each.id
        assert not re.search(r"^#|^\||</?\w+>", text, re.MULTILINE), each.id
        assert "补发" not in text
        assert "演练】" not in text
        assert 40 <= len(text) <= 320, each.id


def test_every_message_is_used() -> None:
    reminders = [reminder for winter in WINTERS for reminder in campaign_of(winter).reminders]
    used = {f"{reminder.message}.j2" for reminder in reminders}
    assert used | {f"{reminder.message}.wecom.j2" for reminder in reminders if reminder.answer} == set(texts())


@winters
def test_every_ask_has_a_short_wording_that_says_what_to_do_and_when_to_report_it(winter: str) -> None:
    for each in occurrences(winter):
        if each.answer:
            title, _, body = messages().body(shipped(), each, each.due, "wecom").partition("\n")
            assert re.fullmatch(r"\*\*.{4,26}\*\*", title), each.id
            assert title[:4] == text_of(each)[:4], "the same item as in full"
            assert "已落实" in body, each.id
            assert not re.search(r"[{}]|None|none|%}|，\n", body), each.id
            assert len(body.strip()) <= 85, each.id


@pytest.mark.parametrize("way", ["wecom-bot", "wecom-app", "wecom-robot"])
def test_moved_into_wecom_the_town_has_no_message_that_is_too_long(way: str) -> None:
    sources = read_sources(TOWN)
    town = sources.schedules["town.yaml"].decode().replace("on: telegram", f"on: {way}")
    numbers = count(1001)
    address = {"wecom-bot": "wrGroup", "wecom-app": "party:", "wecom-robot": "693a91f6-7bc4-4a97-9a0e-8a6c1ba9"}[way]
    town = re.sub(r"address: -\d+", lambda _: f"address: {address}{next(numbers)}", town).replace("telegram:", "wecom:")
    this_winter = {name: text for name, text in sources.schedules.items() if name != "winter-2023.yaml"}
    moved = replace(sources, schedules={**this_winter, "town.yaml": town.encode()})
    wecom = WecomSettings(
        bot_id="b",
        bot_secret=SecretStr("s"),
        corp_id="ww1",
        agent_id=7,
        app_secret=SecretStr("s"),
        callback_token=SecretStr("t"),
        callback_aes_key=SecretStr("k" * 43),
    )
    web = WebSettings(public_url="https://huo.jinlong.example.gov.cn")
    found = judge(moved, Settings(wecom=wecom, web=web), datetime(2026, 11, 1, tzinfo=UTC), {})
    assert found.in_force is not None
    assert [each.in_words() for each in found.problems if each.sentence.key.startswith("check.too-long")] == []
    chats = found.in_force.schedule.town.chats
    assert {chat.on for chat in chats} == {way}


def test_somebody_can_answer_for_each_office() -> None:
    def answerable(office: Office) -> bool:
        own = [chat for chat in shipped().town.chats if chat.office == office.id]
        return bool(office.members) or (office.answer_from == "chat" and bool(own))

    assert [office.id for office in shipped().town.offices if not answerable(office)] == []
