"""通报: facts of the ledger, each of them, and nothing else."""

import random
import re
from collections import Counter
from datetime import timedelta

import pytest

from bot.ledger.deliveries import Delivery
from bot.ledger.entries import Entry, Kind
from bot.reports.document.notice import document
from bot.reports.record import Record
from bot.store.protocol import Change
from tests.reports.document.reading import read, words
from tests.reports.shelf import DUE, TOWN, TWO_OFFICES, a_shelf, an_ask, put, said, the_record

FIREWORKS = {"fireworks": "九.4 烟花爆竹安全管理"}
NOW = DUE + timedelta(hours=9)


def told(record: Record) -> str:
    return "\n".join(words(document(record, TOWN, "zh")))


async def test_it_names_the_campaign_the_days_and_the_moment_it_is_of() -> None:
    said_ = told(await the_record(an_ask("w/a", title="今冬明春消防工作"), now=NOW))
    assert "关于今冬明春消防工作\n回执情况的通报" in said_
    assert "现将2027年2月6日今冬明春消防工作的提醒、回执和问题处理情况通报如下" in said_
    assert "截至2027年2月6日18时。" in said_
    assert said_.index("特此通报。") < said_.index("金龙镇人民政府\n2027年2月6日")


async def test_it_says_by_duty_item_who_leads_who_answered_when_and_who_owes() -> None:
    ask = an_ask("winter-2026/a", duties=FIREWORKS)
    said_ = told(await the_record(ask, entries=(said("done", "winter-2026/a", 42),), now=NOW))
    assert "（一）九.4 烟花爆竹安全管理。牵头单位：派出所。应回执2件。" in said_
    assert "1.按时回执1件：派出所（2月6日9时42分）。" in said_
    assert "2.逾期未回执1件：综合执法大队（时限2月6日11时）。" in said_


async def test_who_was_late_is_told_from_who_is_still_in_time() -> None:
    late = told(await the_record(an_ask("w/a"), entries=(said("done", "w/a", 150),), now=NOW))
    assert "逾期回执1件：派出所（2月6日11时30分）。" in late
    early = told(await the_record(an_ask("w/a"), now=DUE))
    assert "未到时限尚未回执2件：派出所（时限2月6日11时）、综合执法大队（时限2月6日11时）。" in early
    assert "补报" not in early


async def test_of_many_answers_is_told_how_many_each_office_gave() -> None:
    asks = [an_ask(f"w/{number}", DUE + timedelta(days=number)) for number in range(9)]
    entries = tuple(said("done", ask.occurrence, number * 1440 + 30) for number, ask in enumerate(asks))
    said_ = told(await the_record(*asks, entries=entries, now=DUE + timedelta(days=20)))
    assert "1.按时回执9件：派出所（9件）。" in said_


async def test_offices_stand_as_the_town_has_them_whoever_was_first() -> None:
    entries = (said("done", "w/a", 5, "enforcement"), said("done", "w/a", 50))
    said_ = told(await the_record(an_ask("w/a"), entries=entries, now=NOW))
    assert "按时回执2件：派出所（2月6日9时50分）、综合执法大队（2月6日9时5分）。" in said_


async def test_a_problem_is_told_with_who_sees_to_it_and_how_it_ended() -> None:
    entries = (
        said("help", "w/a", 10),
        said("need", "w/a", 11, text="消防水带二十米"),
        said("taken", "w/a", 30, name="张三"),
        said("closed", "w/a", 90, text="已送到"),
        said("help", "w/a", 12, "enforcement"),
    )
    said_ = told(await the_record(an_ask("w/a"), entries=entries, now=NOW))
    assert "共有2项问题：待接办1项，办理中0项，已办结1项。" in said_
    assert re.search(r"综合执法大队，2月6日9时12分提出（.+）：未写明需要什么。尚无人接办。", said_)
    assert re.search(
        r"派出所，2月6日9时10分提出（.+）：消防水带二十米。跟办人张三，2月6日9时30分接办。2月6日10时30分办结：已送到。",
        said_,
    )


async def test_what_did_not_arrive_is_told_with_its_chat_and_why() -> None:
    store = await a_shelf(an_ask("w/a"))
    ask = an_ask("w/b", DUE + timedelta(hours=1))
    missed = Delivery(occurrence="w/b", chat="duty-room", due=ask.due, state="missed", why="停机")
    await store.commit(Change(issued=(ask,), deliveries=(missed,)))
    said_ = told(await put(store, now=NOW))
    assert "另有1条未送达" in said_
    assert re.search(r"消防安全工作群：超过补发时限未发1条（2月6日10时“.+”），原因：停机。", said_)


async def test_asks_beyond_the_towns_limit_are_named_by_week() -> None:
    asks = [an_ask(f"w/{number:02}", DUE - timedelta(hours=number)) for number in range(11)]
    said_ = told(await the_record(*asks, now=NOW))
    assert "上限是一个单位每周被要求回执10次。统计期内共1周，一个单位一周最多被要求回执11次。" in said_
    assert (
        "超过上限的有2处：\n1.2027年2月1日起的一周，派出所，11次。\n2.2027年2月1日起的一周，综合执法大队，11次。"
        in said_
    )


async def test_of_what_is_not_on_record_nothing_is_said() -> None:
    said_ = told(await the_record(now=NOW))
    assert "台账中没有这段时间的提醒。" in said_
    assert "附件" not in said_


async def test_in_english_it_says_the_same() -> None:
    content = document(await the_record(an_ask("w/a"), entries=(said("done", "w/a", 42),), now=NOW), TOWN, "en")
    said_ = "\n".join(words(content))
    assert "2 offices owed 2 answers: 1 given in time, 1 open past the deadline." in said_
    assert "1) In time, 1: 派出所 (6 Feb 09:42)." in said_
    assert said_.index("6 February 2027\nAnnex") > 0


HABITS: tuple[tuple[tuple[Kind, int], ...], ...] = (
    (),
    (("done", 60),),
    (("received", 5), ("done", 300)),
    (("help", 30),),
    (("reminded", 60), ("done", 90)),
)


@pytest.mark.parametrize("seed", range(4))
async def test_its_figures_are_what_the_ledger_counts(seed: int) -> None:
    chance = random.Random(seed)
    asks = [an_ask(f"w/{number:02}", DUE + timedelta(days=number)) for number in range(12)]
    entries: list[Entry] = []
    for day, ask in enumerate(asks):
        for office in TWO_OFFICES:
            for kind, minutes in chance.choice(HABITS):
                entries.append(said(kind, ask.occurrence, day * 1440 + minutes, office))
    content = document(await the_record(*asks, entries=tuple(entries), now=DUE + timedelta(days=20)), TOWN, "zh")

    first: dict[tuple[str | None, str | None], Entry] = {}
    for entry in entries:
        if entry.kind in {"done", "help"}:
            first.setdefault((entry.occurrence, entry.office), entry)
    due = {ask.occurrence: ask.due + timedelta(hours=2) for ask in asks}
    counted = Counter(
        (office, "请求协助" if entry.kind == "help" else "按时" if entry.at <= due[occurrence] else "逾期后回")
        for (occurrence, office), entry in first.items()
        if occurrence
    )
    reminded = Counter(entry.office for entry in entries if entry.kind == "reminded")

    (table,) = read(content).tables
    heads, *rows = [[cell.text for cell in row.cells] for row in table.rows]
    assert [row[0] for row in rows] == list(TWO_OFFICES.values())
    for office, row in zip(TWO_OFFICES, rows, strict=True):
        figures = dict(zip(heads[1:], map(int, row[1:]), strict=True))
        given = {kind: counted[office, kind] for kind in ("按时", "逾期后回", "请求协助")}
        assert {kind: figures[kind] for kind in given} == given
        assert figures["应回执"] == len(asks)
        assert figures["逾期未回"] == len(asks) - sum(given.values())
        assert figures["催办"] == reminded[office]
    total = {kind: sum(counted[office, kind] for office in TWO_OFFICES) for kind in ("按时", "逾期后回", "请求协助")}
    overview = next(each for each in words(content) if each.startswith("（二）回执。"))
    assert f"应回执{2 * len(asks)}件" in overview
    assert f"按时回执{total['按时']}件" in overview
    assert f"催办{sum(reminded.values())}次" in overview
