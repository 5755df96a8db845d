"""What `check` judges beyond the files themselves: the plan, the platforms, the rendered messages (interface.md)."""

import asyncio
import re
from collections.abc import Mapping
from datetime import timedelta
from itertools import product
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import SecretStr

from bot.app.check import Judged, judge
from bot.app.doctor import examine
from bot.app.sources import Sources, read_sources, stamp_of, write_sources
from bot.campaign.load import parse
from bot.channels.protocol import Message
from bot.channels.telegram import TelegramPlatform
from bot.clock import ManualClock, SystemClock
from bot.errors import GengfuError, PortInUse, SettingsError, TownMissing
from bot.language import sentence
from bot.ledger.problems import Problem, Who
from bot.ledger.standing import Standing, StandingState
from bot.outbox.issue import issue
from bot.outbox.terms import terms_of
from bot.planner.plan import season
from bot.renderer.compose import at_its_longest, compose
from bot.renderer.templates import Messages
from bot.settings import Settings, TelegramSettings, WecomSettings
from bot.store.tinydb import open_store
from tests.app.stage import MESSAGES, a_board_town, a_winter, at, on
from tests.builders import a_chat, a_duty_alert, a_key_date, a_reminder, a_town, an_office, as_yaml, some_files

WITH_TOKEN = Settings(telegram=TelegramSettings(token=SecretStr("1:a")))


def judged(
    *reminders: Mapping[str, Any],
    messages: Mapping[str, str] = MESSAGES,
    set_to: Settings = WITH_TOKEN,
    lived: Mapping[str, str] | None = None,
    **files: Any,
) -> Judged:
    texts = some_files(**{"campaigns": [a_winter(*reminders)], **files})
    sources = Sources(texts, {name: text.encode() for name, text in messages.items()})
    return judge(sources, set_to, at("08:00:00"), lived or {})


def errors(found: Judged) -> list[str]:
    return [each.in_words() for each in found.errors]


def warnings(found: Judged) -> list[str]:
    return [each.in_words() for each in found.warnings]


def test_a_good_town_has_nothing_to_say_and_may_be_run() -> None:
    found = judged()
    assert found.problems == ()
    assert found.in_force is not None


def test_a_reminder_that_can_never_fire_is_named_at_its_rule() -> None:
    (error,) = errors(judged(a_reminder(on=on("09:00", "2037-01-01"))))
    assert error.startswith("schedules/winter-2036.yaml:")
    assert "warning" in error
    assert "永远不会发出" in error


def test_one_whose_date_is_still_to_be_announced_is_a_warning() -> None:
    fair = a_key_date("fair", on={"by_year": {2035: "2035-02-09..2035-02-09"}})
    found = judged(a_reminder(on={"key_date": "fair", "at": "09:00"}), key_dates=[fair])
    assert errors(found) == []
    assert any("永远不会发出" in each for each in warnings(found))
    assert any("2036" in each and "key-dates.yaml" in each for each in warnings(found))


def test_an_office_that_is_asked_too_often_in_a_week_is_counted() -> None:
    often = [a_duty_alert(on={"every": "day", "at": ["09:00", "18:00"]})]
    (warning,) = warnings(judged(*often))
    assert "派出所" in warning
    assert "14" in warning
    assert "10" in warning


def test_a_burden_within_its_limit_is_none() -> None:
    assert warnings(judged(a_duty_alert(on={"every": "day", "at": "09:00"}))) == []


def test_reminders_of_an_ask_and_broadcasts_are_no_burden() -> None:
    often = {"within": "2h", "expects": "done", "remind_every": "10m"}
    asked = a_duty_alert(on={"every": "day", "at": "09:00"}, answer=often)
    told = a_reminder(on={"every": "day", "at": ["10:00", "12:00"]}, to={"offices": ["police"]})
    assert warnings(judged(asked, told)) == []


def test_an_unknown_platform_is_named_at_its_chat() -> None:
    (error,) = errors(judged(town=a_town(chats=[*a_town()["chats"], a_chat("odd", on="pigeon", audiences=["x"])])))
    assert error.startswith("schedules/town.yaml:")
    assert "pigeon" in error
    assert "telegram" in error


@pytest.mark.parametrize(
    ("person", "words"),
    [
        ({"telegarm": 2001}, "telegram"),
        ({"pigeon": 2001}, "wecom"),
        ({"telegram": "@zhang"}, "“@zhang”"),
        ({"telegram": "abc"}, "/id"),
        ({"telegram": -1001}, "“-1001”"),
    ],
)
def test_a_person_whom_no_platform_can_know_is_named_where_it_stands(person: dict[str, Any], words: str) -> None:
    offices = a_town()["offices"]
    offices[1] = {**offices[1], "members": [{"telegram": 2002}, person]}
    for town in (a_town(admins=[{"wecom": "ZhaiBan"}, person]), a_town(offices=offices)):
        found = judged(town=town)
        (error,) = errors(found)
        assert error.startswith("schedules/town.yaml:")
        _, line, *_ = error.split(":")
        assert next(iter(person)) in as_yaml(town).decode().splitlines()[int(line) - 1]
        assert words in error
        assert found.in_force is None


def test_without_a_token_the_chats_stand_on_the_board_which_is_said_once() -> None:
    found = judged(set_to=Settings())
    (warning,) = warnings(found)
    assert "3 个群" in warning
    assert "GENGFU_TELEGRAM__TOKEN" in warning
    assert errors(found) == []


def test_what_the_ways_into_wecom_wait_for_is_named_setting_by_setting() -> None:
    chats = [
        a_chat("bot", on="wecom-bot", address="wr1"),
        a_chat("app", on="wecom-app", address={"party": "1"}),
        a_chat("robot", on="wecom-robot", address={"env": "GENGFU_CHAT_ROBOT"}),
        a_chat("other", on="wecom-robot", address={"env": "GENGFU_CHAT_OTHER"}, audiences=["residents"]),
        a_chat("longmen", on="board", address=None, audiences=None, office="village-longmen"),
    ]
    half = Settings(wecom=WecomSettings(bot_id="b", corp_id="ww1"))
    told = warnings(judged(set_to=half, town=a_town(chats=chats)))
    assert [re.findall(r"GENGFU_\w+", each) for each in told] == [
        ["GENGFU_WECOM__BOT_SECRET"],
        ["GENGFU_WECOM__AGENT_ID", "GENGFU_WECOM__APP_SECRET"],
        ["GENGFU_CHAT_ROBOT", "GENGFU_CHAT_OTHER"],
    ]


def test_a_lost_key_is_an_error_and_yet_the_rest_of_the_town_may_be_run() -> None:
    found = judged(set_to=Settings(), lived={"duty-room": "telegram"})
    (error,) = errors(found)
    assert "duty-room" in error
    assert "没有 Telegram 的令牌" in error
    assert found.in_force is not None


def test_what_dot_env_holds_and_is_no_robot_s_key_is_named_by_its_variable_and_not_repeated(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("GENGFU_CHAT_ROBOT=这是密钥吗\n", encoding="utf-8")
    robot = a_chat("robot", on="wecom-robot", address={"env": "GENGFU_CHAT_ROBOT"}, audiences=["residents"])
    (error,) = errors(judged(set_to=Settings(folder=tmp_path), town=a_town(chats=[*a_town()["chats"], robot])))
    assert ".env 里 GENGFU_CHAT_ROBOT 填的不像" in error
    assert "这是密钥吗" not in error


def test_an_address_that_the_platform_cannot_take_is_named_at_its_chat() -> None:
    chats = [*a_town()["chats"], a_chat("odd", address="@消防", audiences=["x"])]
    (error,) = errors(judged(town=a_town(chats=chats)))
    assert error.startswith("schedules/town.yaml:")


def test_a_secret_address_that_is_not_set_is_named_and_never_shown() -> None:
    chats = [*a_town()["chats"], a_chat("odd", address={"env": "GENGFU_CHAT_ODD"}, audiences=["x"])]
    (error,) = errors(judged(town=a_town(chats=chats)))
    assert "GENGFU_CHAT_ODD" in error


@pytest.mark.parametrize(
    ("text", "place", "words"),
    [
        ("好\n{{ nothing }}", "messages/sanqing-sanguan.j2:2:1", "nothing"),
        ("{% if %}", "messages/sanqing-sanguan.j2:1:1", "写法有误"),
        ("{{ phase.id }}\n{{ duty.id }}", "messages/sanqing-sanguan.j2:2:1", "none"),
        ("{{ town.__class__.__mro__ }}", "messages/sanqing-sanguan.j2:1:1", ""),
    ],
)
def test_a_message_that_cannot_be_rendered_is_named_with_its_line(text: str, place: str, words: str) -> None:
    found = judged(a_reminder(on=on("09:00")), messages={**MESSAGES, "sanqing-sanguan.j2": text})
    assert errors(found)
    assert errors(found)[0].startswith(place)
    assert words in errors(found)[0]
    assert found.in_force is None


def test_a_message_that_is_missing_is_named_where_it_is_asked_for() -> None:
    (error,) = errors(judged(a_reminder(on=on("09:00"), message="nope")))
    assert error.startswith("schedules/winter-2036.yaml:")
    assert "nope.j2" in error


def test_a_message_that_no_platform_takes_is_told_with_both_lengths() -> None:
    long = {**MESSAGES, "sanqing-sanguan.j2": "火" * 4_100}
    (error,) = errors(judged(a_reminder(on=on("09:00")), messages=long))
    assert error.startswith("messages/sanqing-sanguan.j2:1:1")
    assert "4096" in error


def test_the_answers_and_the_heading_of_a_late_message_are_counted_too() -> None:
    tight = {**MESSAGES, "duty-alert.j2": "火" * 4_050}
    found = judged(a_duty_alert(on=on("09:00"), to={"offices": "all"}), messages=tight)
    assert any("duty-alert" in each for each in errors(found))


def test_what_is_measured_is_what_may_really_be_sent_with_everybody_mentioned() -> None:
    offices = []
    for number in range(30):
        members = [{"telegram": 1000 + 10 * number + each} for each in range(9)]
        offices.append(an_office(f"o{number}", name=f"单位{number:02}", members=members))
    town = a_town(offices=offices, chats=[a_chat(address=-1001001)])
    alert = a_duty_alert(on=on("09:00"), to={"offices": "all"})
    schedule = parse(some_files(campaigns=[a_winter(alert)], town=town)).schedule
    assert schedule is not None
    (occurrence,) = season(schedule)
    issued = issue(schedule, Messages({"duty-alert.j2": "火"}), occurrence, occurrence.due, "")
    mentions = terms_of(schedule, (), "zh").mentions
    states: tuple[StandingState, ...] = ("open", "received", "done", "help")
    round_it = 0
    for minutes, state in product((0, 355), states):
        sent_at = occurrence.due + timedelta(minutes=minutes)
        at_ = None if state == "open" else sent_at + timedelta(hours=3)
        given = [Standing(each, state, at_, "") for each in issued.offices]
        zone = schedule.town.zone
        somebody = Who("", "王" * 20, sent_at + timedelta(days=1), "处" * 12)
        seen_to = [Problem(issued.occurrence, each, 1, somebody, closed=somebody) for each in issued.offices]
        text = compose(
            issued,
            "duty-room",
            "telegram",
            given,
            sent_at,
            zone=zone,
            mentions=mentions,
            lang="zh",
            problems=seen_to if state == "help" else (),
        )
        round_it = max(round_it, TelegramPlatform().fit(Message(text)).used - 1)

    def passes(length: int) -> bool:
        return not judged(alert, town=town, messages={"duty-alert.j2": "火" * length}).errors

    assert not passes(4_096 - round_it + 1), "nothing passes that Telegram would refuse"
    assert passes(4_096 - round_it - 250), "nor is what goes out this year measured as if it were answered the next"


def test_what_follows_a_short_message_must_fit_too() -> None:
    alert, words = a_duty_alert(on=on("09:00"), to={"offices": "all"}), {"duty-alert.j2": "火"}

    def a_town_of(longer: int) -> dict[str, Any]:
        offices = [an_office(f"o{number}", name=f"第{number}消防安全责任单位") for number in range(40)]
        offices.append(an_office("last", name="单位" + "位" * longer))
        return a_town(offices=offices, chats=[a_chat(address=-1001001)])

    def used(town: dict[str, Any]) -> int:
        schedule = parse(some_files(campaigns=[a_winter(alert)], town=town)).schedule
        assert schedule is not None
        (occurrence,) = season(schedule)
        issued = issue(schedule, Messages(words), occurrence, occurrence.due, "")
        text = at_its_longest(
            issued, "duty-room", "telegram", amends=True, zone=schedule.town.zone, mentions={}, lang="zh"
        )
        return TelegramPlatform().fit(Message(text)).used

    left = 4_096 - used(a_town_of(0))
    assert used(a_town_of(left)) == 4_096
    assert errors(judged(alert, town=a_town_of(left), messages=words)), "the ask would fit, its reminders would not"
    assert not judged(alert, town=a_town_of(left - 40), messages=words).errors


def test_of_a_message_that_is_too_long_one_is_told_and_of_its_own_file() -> None:
    long = {**MESSAGES, "sanqing-sanguan.telegram.j2": "火" * 4_100}
    found = judged(a_reminder(on={"every": "day", "at": "09:00"}), messages=long)
    (error,) = errors(found)
    assert error.startswith("messages/sanqing-sanguan.telegram.j2:1:1")


def test_a_template_that_would_not_end_is_told_and_done_with() -> None:
    endless = "{% for i in range(90000) %}{% for j in range(90000) %}{% set x = 1 %}{% endfor %}{% endfor %}"
    daily = a_reminder(on={"every": "day", "at": ["09:00", "10:00", "11:00"]})
    since = SystemClock().monotonic()
    (error,) = errors(judged(daily, messages={**MESSAGES, "sanqing-sanguan.j2": endless}))
    assert error.startswith("messages/sanqing-sanguan.j2:1:1")
    assert "20000" in error
    assert SystemClock().monotonic() - since < 5, "told for one occurrence, not for each of 270"
    (error,) = errors(judged(daily, messages={**MESSAGES, "sanqing-sanguan.j2": "{{ 'x' * 100000000000000 }}"}))
    assert error.startswith("messages/sanqing-sanguan.j2:1:1")


def test_a_message_that_is_not_utf8_is_named() -> None:
    texts = {name: text.encode() for name, text in MESSAGES.items()}
    bad = Sources(some_files(campaigns=[a_winter()]), {**texts, "odd.j2": "好\n火烛".encode("gbk")})
    assert any(each.startswith("messages/odd.j2:1:1") for each in errors(judge(bad, WITH_TOKEN, at("08:00:00"), {})))


def test_everything_is_told_at_once() -> None:
    found = judged(
        a_reminder(on=on("09:00", "2037-01-01")),
        a_reminder("second", on=on("09:00"), message="nope"),
        messages={**MESSAGES, "duty-alert.j2": "{{"},
        town=a_town(chats=[*a_town()["chats"], a_chat("odd", on="pigeon", audiences=["x"])]),
    )
    told = " ".join(errors(found))
    assert all(word in told for word in ("永远不会发出", "nope.j2", "pigeon"))


def test_progress_goes_from_nothing_to_all() -> None:
    steps: list[tuple[int, int]] = []
    sources = Sources(some_files(campaigns=[a_winter()]), {name: text.encode() for name, text in MESSAGES.items()})
    judge(sources, WITH_TOKEN, at("08:00:00"), {}, lambda done, all_: steps.append((done, all_)))
    assert steps[0] == (0, 2)
    assert steps[-1] == (2, 2)


@given(data=st.data())
@settings(max_examples=60, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
def test_whatever_is_in_the_files_judging_them_never_raises(data: st.DataObject) -> None:
    files = dict(some_files(campaigns=[a_winter()]))
    name = data.draw(st.sampled_from(sorted(files)))
    content = bytearray(files[name])
    for _ in range(data.draw(st.integers(1, 4))):
        at_ = data.draw(st.integers(0, len(content) - 1))
        content[at_ : at_ + data.draw(st.integers(0, 30))] = data.draw(
            st.one_of(
                st.binary(max_size=6), st.sampled_from([b"\t", b": ", b"- ", b"null", "：".encode(), b"[", b"1e9"])
            )
        )
        content = content or bytearray(b"x")
    texts = {name_: text.encode() for name_, text in MESSAGES.items()}
    found = judge(Sources({**files, name: bytes(content)}, texts), WITH_TOKEN, at("08:00:00"), {})
    assert (found.in_force is None) == bool(found.errors)
    assert all(each.in_words("zh") and each.in_words("en") for each in found.problems)


# The files.


def test_a_version_names_its_content_alone(tmp_path: Path) -> None:
    sources = Sources(some_files(), {"a.j2": b"1"})
    write_sources(sources, tmp_path)
    before = stamp_of(tmp_path)
    assert read_sources(tmp_path).version == sources.version
    (tmp_path / "messages/a.j2").write_bytes(b"2")
    assert read_sources(tmp_path).version != sources.version
    assert stamp_of(tmp_path) != before


def test_content_that_wanders_from_one_file_to_the_next_is_another_version() -> None:
    assert Sources({}, {"a": b"12", "b": b"3"}).version != Sources({}, {"a": b"1", "b": b"23"}).version


def test_a_message_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    write_sources(Sources(some_files(), {}), tmp_path)
    (tmp_path / "messages/odd.j2").symlink_to("nowhere")
    with pytest.raises(TownMissing, match=r"odd\.j2"):
        read_sources(tmp_path)


def test_a_folder_is_no_message(tmp_path: Path) -> None:
    write_sources(Sources(some_files(), {"a.j2": b"x"}), tmp_path)
    (tmp_path / "messages/b.j2").mkdir()
    assert set(read_sources(tmp_path).messages) == {"a.j2"}


def _judged(files: dict[str, bytes], messages: dict[str, bytes], **names: str) -> list[str]:
    with_token = Settings(telegram=TelegramSettings(token=SecretStr("1:a")))
    with_token.named.update(names)
    found = judge(Sources(files, messages), with_token, at("08:00:00"), {})
    return [each.in_words() for each in found.problems]


GOOD = {"sanqing-sanguan.j2": "三清三关".encode(), "duty-alert.j2": "请落实".encode()}


def test_an_empty_message_is_an_error() -> None:
    (told,) = _judged(some_files(), {**GOOD, "sanqing-sanguan.j2": b"{# nothing #}\n"})
    assert told.startswith("messages/sanqing-sanguan.j2:1:1: 消息是空的")


def test_platforms_and_templates_are_judged_beside_a_schedule_that_cannot_be_used() -> None:
    files = some_files(town=a_town(chats=[a_chat(on="telegran")]), reminders=[a_reminder(to={"offices": ["polise"]})])
    told = _judged(files, {**GOOD, "duty-alert.j2": "第一行\n{% if %}".encode()})
    assert any("telegran" in each for each in told)
    assert any("polise" in each for each in told)
    assert any(each.startswith("messages/duty-alert.j2:2:1") for each in told)


def test_a_message_in_gbk_is_named_as_such_and_is_not_missing() -> None:
    (told,) = _judged(some_files(), {**GOOD, "sanqing-sanguan.j2": "三清三关".encode("gbk")})
    assert told == "messages/sanqing-sanguan.j2:1:1: 文件是 GBK 编码，请另存为 UTF-8"


def test_one_address_behind_two_names_is_an_error() -> None:
    chats = [
        a_chat(address={"env": "GENGFU_CHAT_DUTY_ROOM"}),
        a_chat("longmen-office", address=-1001002, audiences=None, office="village-longmen"),
        a_chat("longmen-residents", address=-1001003, audiences=["residents"]),
    ]
    (told,) = _judged(some_files(town=a_town(chats=chats)), GOOD, GENGFU_CHAT_DUTY_ROOM="-1001003")
    assert "群“longmen-residents”和“duty-room”实际是同一个地址" in told


def test_a_town_without_admins_is_warned() -> None:
    (told,) = _judged(some_files(town=a_town(admins=[])), GOOD)
    assert "没有写 admins" in told


# doctor.


def _listens(address: str) -> None:
    """An address that is free."""


async def found_by_doctor(folder: Path, **set_to: Any) -> dict[str, bool]:
    findings = await examine(Settings(folder=folder, **set_to), ManualClock(at("08:00:00")), _listens)
    return {each.what.key.removeprefix("doctor."): each.ok for each in findings}


def a_folder(path: Path, **files: Any) -> Path:
    texts = {name: text.encode() for name, text in MESSAGES.items()}
    write_sources(Sources(some_files(**{"campaigns": [a_winter()], **files}), texts), path)
    return path


async def test_doctor_finds_a_town_on_the_board_well(tmp_path: Path) -> None:
    found = await found_by_doctor(a_folder(tmp_path, town=a_board_town()))
    assert all(found.values())
    assert {"data", "store", "schedule", "reachable", "not-running"} <= found.keys()


async def test_doctor_names_a_bad_schedule_a_missing_town_and_a_misspelt_setting(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert not (await found_by_doctor(tmp_path))["no-town"]
    a_folder(tmp_path, campaigns=[{"campaign": "x"}])
    assert not (await found_by_doctor(tmp_path))["schedule-bad"]
    monkeypatch.setenv("GENGFU_TELEGRM__TOKEN", "1:a")
    assert not (await found_by_doctor(tmp_path))["settings.unknown"]


@pytest.mark.parametrize(
    ("refusal", "name"),
    [
        (PortInUse(sentence("board.port-in-use", address="127.0.0.1:8765")), "port-taken"),
        (SettingsError(sentence("board.no-such-host", host="nosuchhost.invalid")), "setting-bad"),
    ],
)
async def test_doctor_says_of_the_board_s_address_what_run_would_say(
    tmp_path: Path, refusal: GengfuError, name: str
) -> None:
    def refuses(address: str) -> None:
        assert address == "127.0.0.1:8765"
        raise refusal

    folder = a_folder(tmp_path, town=a_board_town())
    findings = await examine(Settings(folder=folder), ManualClock(at("08:00:00")), refuses)
    (wrong,) = [each for each in findings if not each.ok]
    assert wrong.what.key == f"doctor.{name}"
    assert wrong.mend is not None
    assert wrong.mend == refusal.sentence or name == "port-taken"


async def test_doctor_names_a_running_bot_and_a_platform_out_of_reach(tmp_path: Path) -> None:
    folder = a_folder(tmp_path)
    store = await open_store(folder / "data", ManualClock(at("08:00:00")))
    unreachable = TelegramSettings(token=SecretStr("10001:AAx"), api_base="http://127.0.0.1:9")
    found = await asyncio.wait_for(found_by_doctor(folder, telegram=unreachable), 10)
    assert found["running"]
    assert not found["unreachable"]
    await store.close()


def test_a_robots_key_that_is_written_and_not_named_is_warned_of_without_being_repeated() -> None:
    key, others = "693a91f6-7aoc-4bc4-97a0-0ec2sifa5aaa", a_town()["chats"][:2]
    named, written = {"env": "GENGFU_CHAT_HOMES"}, key
    for address, warned in ((written, 1), (named, 0)):
        homes = a_chat("longmen-residents", on="wecom-robot", address=address, audiences=["residents"])
        told = _judged(some_files(town=a_town(chats=[*others, homes])), GOOD, GENGFU_CHAT_HOMES=key)
        assert sum("GENGFU_CHAT_名称" in each for each in told) == warned
        assert key not in " ".join(told)
