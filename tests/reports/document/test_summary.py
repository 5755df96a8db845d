"""The summing-up: the phase's figures, and places for what people must write."""

from datetime import timedelta

from docx.oxml.ns import qn

from bot.reports.document.summary import summing_up
from tests.reports.document.reading import read, words
from tests.reports.shelf import DUE, TOWN, an_ask, said, the_record

CAMPAIGN = TOWN.campaigns[0]
PHASE = CAMPAIGN.phases[1]
NOW = DUE + timedelta(days=60)


async def test_it_sums_up_a_phase_and_leaves_room_for_what_the_record_cannot_know() -> None:
    record = await the_record(an_ask("winter-2026/a"), entries=(said("done", "winter-2026/a", 42),), now=NOW)
    content = summing_up(record, TOWN, CAMPAIGN, PHASE, "zh")
    said_ = words(content)
    assert read(content).paragraphs[0].text.split("\n") == [CAMPAIGN.title, f"{PHASE.name}阶段总结"]
    assert any("应回执2件：按时回执1件，逾期未回执1件。" in each for each in said_)
    for heading in ("经验做法", "健全机制", "下一步工作"):
        (place,) = [number for number, each in enumerate(said_) if each.endswith(heading)]
        assert said_[place + 1].startswith("【请填写：")
    marked = [each.text for each in read(content).paragraphs if list(each._p.iter(qn("w:highlight")))]
    assert len(marked) == 3
    assert said_.index("镇消防安全委员会") < said_.index("2027年4月7日")


async def test_that_of_a_campaign_tells_its_phases() -> None:
    record = await the_record(an_ask("winter-2026/a", phase="carry-out", phase_name="组织实施"), now=NOW)
    content = summing_up(record, TOWN, CAMPAIGN, None, "zh")
    assert read(content).paragraphs[0].text.split("\n") == [CAMPAIGN.title, "总结"]
    assert "（一）组织实施阶段。应回执2件：逾期未回执2件。" in words(content)
