"""The JSON Schemas published in `schedules/`: as the models are, and as lenient as the loader."""

import json
from pathlib import Path
from typing import Any

import pytest

from bot.campaign.load import parse
from bot.campaign.meanings import MEANINGS
from bot.campaign.schema import FILES, schema_of, text_of
from tests.campaign.json_schema import as_an_editor_reads, faults

SCHEDULES = Path(__file__).parents[2] / "schedules"

SPELLINGS = {
    "town.yaml": b"""\
town: 7
name: 123
timezone: Asia/Shanghai
quiet_hours: {from: 21:30, until: "7:00"}
burden: {per_week: "10"}
admins: [{telegram: 1001}, {wecom: ZhaiBan}]
offices:
  - {id: 110, name: police, aliases: [1.5, true], tags: [], members: [{telegram: "2001"}], answer_from: }
  - {id: village, name: v, answer_from: chat}
chats:
  - {id: a, on: telegram, address: -1001001, audiences: [offices, 7]}
  - {id: b, on: telegram, address: {chat: -1, topic: 7}, office: village}
  - {id: c, on: wecom-robot, address: {env: KEY}, name: x, audiences: [residents]}
  - {id: d, on: board, audiences: [residents]}
""",
    "key-dates.yaml": """\
key_dates:
  - {id: a, name: a, on: {solar: 01-01}, watch: {from: -2, until: "+1"}}
  - {id: b, name: b, on: {lunar: "01-15"}, watch: {from: 0, until: 0}}
  - {id: c, name: c, on: {lunar_last_day: 12}}
  - {id: d, name: d, on: {lunar_last_day: "06"}}
  - {id: e, name: e, on: {solar_term: 清明}}
  - {id: f, name: f, on: {by_year: {2024: 2024-03-04..2024-03-11, "2025": "2025-03-04"}, otherwise: 03-04..03-12}}
  - {id: g, name: g, on: {by_year: {2024: 2024-03-04 .. 2024-03-11}, otherwise: "03-04"}}
workdays:
  2027: {off: [02-05..02-12, 2027-03-01], work: ["01-30"]}
  2028: {}
""".encode(),
    "winter.yaml": """\
campaign: winter
title: 2026
basis:
phases:
  - {id: 1, name: 部署, from: 2026-11-01, until: "2027-03-31"}
duties:
  - {id: d, item: 1.1, name: x, lead: [110]}
  - {id: e, item: 二, name: y, lead: [police], with: [village]}
reminders:
  - {id: a, on: {key_date: a, at: 09:00}, to: residents, message: m}
  - {id: b, on: {key_date: a, days: -3, edge: until, at: [09:00, "18:00:30"], shift: next-workday}, to: [7], message: m}
  - {id: c, on: {watch: a, at: 9:00}, to: {offices: all}, message: m, urgent: true, late: 1d, on_doubt: hold}
  - {id: d, on: {phase: 1, days: [-7, 0], at: 09:00}, to: {offices: 110}, message: m, urgent: "False"}
  - {id: e, on: {phase: 部署, edge: from, at: 09:00}, to: {offices: [110, village], audiences: residents}, message: m}
  - {id: f, on: {every: day, at: 09:00, during: {phase: 1}}, to: {duty: d}, message: m}
  - {id: g, on: {every: week, day: 周一, at: 09:00}, to: {duty: [d, e]}, message: m}
  - {id: h, on: {every: month, day: 31, at: 09:00}, to: {audiences: [residents]}, message: m}
  - {id: i, on: {every: month, day: last, at: 09:00}, to: residents, message: 1}
  - id: j
    on: {date: 2026-12-20, at: 15:00}
    to: {offices: all}
    message: m
    answer: {within: 2h, expects: done, remind_every: 30m, then: [{after: 4h, tell: village}, {after: 1w, tell: [110]}]}
""".encode(),
}


def schema_name(file: str) -> str:
    return {"town.yaml": "town.schema.json", "key-dates.yaml": "key-dates.schema.json"}.get(
        file, "campaign.schema.json"
    )


def of_file(name: str) -> dict[str, Any]:
    return schema_of(FILES[schema_name(name)])


@pytest.mark.parametrize("name", FILES)
def test_the_published_schemas_are_those_of_the_models(name: str) -> None:
    published = (SCHEDULES / name).read_text(encoding="utf-8")

    assert published == text_of(FILES[name]), "stale: run `make schema`"
    assert json.loads(published)["$schema"] == "https://json-schema.org/draft/2020-12/schema"


def test_every_meaning_is_of_a_key_that_there_is() -> None:
    keys: set[tuple[str, str]] = set()
    for model in FILES.values():
        schema = schema_of(model)
        for name, mapping in {model.__name__: schema, **schema["$defs"]}.items():
            keys.update((name, key) for key in mapping.get("properties", {}))

    assert {(name, key) for name, meanings in MEANINGS.items() for key in meanings} == keys


@pytest.mark.parametrize("path", sorted(SCHEDULES.glob("*.yaml")), ids=lambda path: path.name)
def test_the_shipped_files_hold_to_their_schema_and_name_it(path: Path) -> None:
    assert list(faults(of_file(path.name), as_an_editor_reads(path.read_bytes()))) == []
    first = path.read_text(encoding="utf-8").splitlines()[0]
    assert first == f"# yaml-language-server: $schema=./{schema_name(path.name)}"


def test_the_loader_takes_these_spellings() -> None:
    assert [each.in_words() for each in parse(SPELLINGS).problems] == []


@pytest.mark.parametrize("name", SPELLINGS)
def test_whatever_the_loader_takes_the_schema_takes(name: str) -> None:
    assert list(faults(of_file(name), as_an_editor_reads(SPELLINGS[name]))) == []


REFUSED = [
    ("campaign: w\ntitle: x\nphases: [{id: a, name: a, from: 2026-11-01, until: 2026-11-30}]\n", ": lacks reminders"),
    ("campaign: w\ntitle: x\nphases: []\nreminders: []\n", "/phases: too few"),
    ("campaign: w\ntitle: x\nphases: [{id: a, name: a, from: 2026/11/01, until: 2026-11-30}]\nreminders: []\n",
     "/phases/0/from: no match of ^[0-9]{4}-[0-9]{2}-[0-9]{2}$"),
    ("campaign: w\ntitle: x\nphase: []\nreminders: []\n"
     "phases: [{id: a, name: a, from: 2026-11-01, until: 2026-11-30}]\n", ": unknown phase"),
]  # fmt: skip


@pytest.mark.parametrize(("written", "fault"), REFUSED)
def test_the_schema_sees_what_it_can(written: str, fault: str) -> None:
    assert list(faults(of_file("winter.yaml"), as_an_editor_reads(written.encode()))) == [fault]
