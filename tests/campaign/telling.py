"""A small valid town whose one campaign a test spoils, and what the loader then tells."""

from typing import Any

from bot.campaign.load import Loaded, parse
from bot.language import Lang
from tests.builders import a_loaded, a_town, as_yaml, some_key_dates

CAMPAIGN = """\
campaign: winter
title: 今冬明春
phases:
  - {id: carry-out, name: 组织实施, from: 2026-11-01, until: 2027-03-31}
duties:
  - {id: fireworks, item: 九.4, name: 烟花爆竹, lead: [派出所]}
reminders:
  - id: drill
    on: {date: 2026-12-20, at: "15:00"}
    to: [residents]
    message: drill
"""

FILES = {
    "town.yaml": as_yaml(a_town()),
    "key-dates.yaml": as_yaml({"key_dates": some_key_dates()}),
    "winter.yaml": CAMPAIGN.encode(),
}


def spoilt(old: str, new: str, lang: Lang = "zh") -> str:
    """What is told of the campaign with one piece of its text replaced, one line a problem."""
    assert CAMPAIGN.count(old) == 1, f"{old!r} must stand once in the campaign"
    return told_of(CAMPAIGN.replace(old, new), lang)


def told_of(campaign: str | bytes, lang: Lang = "zh") -> str:
    """What is told of a whole campaign file, as `line:column: message`."""
    data = campaign if isinstance(campaign, bytes) else campaign.encode()
    return _lines(parse({**FILES, "winter.yaml": data}), lang).replace("schedules/winter.yaml:", "")


def told(lang: Lang = "zh", **given: Any) -> str:
    """What is told of `some_files(**given)`."""
    return _lines(a_loaded(**given), lang)


def _lines(loaded: Loaded, lang: Lang) -> str:
    return "\n".join(each.in_words(lang) for each in loaded.problems)
