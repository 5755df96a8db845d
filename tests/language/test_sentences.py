"""Every sentence that code names is there in both languages, and gets all the values that it asks for."""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from string import Formatter

import pytest

from bot.language import say, sentence, sentences

BOT = Path(__file__).parents[2] / "bot"
EACH_ITS_OWN_WAY = {"board.day", "board.day-of-year"}
"""Dates, of which Chinese names the month by its number and English by its name."""

MAKERS = {"sentence": 0, "wrong": 0}


@dataclass(frozen=True)
class Use:
    """A sentence named in code: the pattern of its key, and the values handed over (None: not to be seen there)."""

    where: str
    key: str
    values: frozenset[str] | None


def uses() -> list[Use]:
    return [use for path in sorted(BOT.rglob("*.py")) for use in in_file(path)]


def in_file(path: Path) -> Iterator[Use]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Name) or node.func.id not in MAKERS:
            continue
        keywords = [each.arg for each in node.keywords]
        values = None if None in keywords else frozenset(each for each in keywords if each)
        for pattern in patterns(node.args[0]) if node.args else ():
            yield Use(f"{path.relative_to(BOT.parent)}:{node.lineno}", pattern, values)


def patterns(key: ast.expr) -> Iterator[str]:
    """The regular expressions of the keys that an argument may be: a text, an f-string, or a choice of them."""
    match key:
        case ast.Constant(value=str() as text):
            yield re.escape(text)
        case ast.JoinedStr(values=parts):
            yield "".join(re.escape(str(each.value)) if isinstance(each, ast.Constant) else ".+" for each in parts)
        case ast.IfExp(body=one, orelse=other):
            yield from patterns(one)
            yield from patterns(other)
        case _:
            pass


def asked_for(text: str) -> frozenset[str]:
    return frozenset(name.partition(".")[0] for _, name, _, _ in Formatter().parse(text) if name)


def test_code_names_sentences() -> None:
    assert len(uses()) > 50


@pytest.mark.parametrize("use", uses(), ids=lambda use: f"{use.where} {use.key}")
def test_a_sentence_that_code_names_exists_and_gets_its_values(use: Use) -> None:
    found = [key for key in sentences() if re.fullmatch(use.key, key)]

    assert found, f"{use.where}: no sentence {use.key}"
    if len(found) == 1 and use.values is not None:
        words = sentences()[found[0]]
        wanted = asked_for(words["zh"]) | asked_for(words["en"])
        assert wanted <= use.values, f"{use.where}: {found[0]} wants {sorted(wanted)}"


@pytest.mark.parametrize("key", sorted(sentences()))
def test_a_sentence_is_there_in_both_languages_with_the_same_values(key: str) -> None:
    words = sentences()[key]

    assert set(words) == {"zh", "en"}
    assert asked_for(words["zh"]) == asked_for(words["en"]) or key in EACH_ITS_OWN_WAY
    assert all(words.values())


def test_no_sentence_about_schedules_is_left_that_code_does_not_name() -> None:
    # All of them are named in bot/campaign; some are chosen before they are handed over, so any text counts.
    named = {
        pattern
        for path in (BOT / "campaign").rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Constant | ast.JoinedStr)
        for pattern in patterns(node)
        if pattern.startswith(r"schedule\.")
    }
    known = [key for key in sentences() if key.startswith("schedule.")]

    assert [key for key in known if not any(re.fullmatch(pattern, key) for pattern in named)] == []


def test_what_users_wrote_may_hold_braces() -> None:
    assert say(sentence("schedule.not-a-date", text="{text} {0} {"), "en") == (
        "“{text} {0} {” is no date; write it like 2026-11-30"
    )
