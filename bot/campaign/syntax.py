"""What YAML's syntax errors mean in plain words, and which of them a mark of the wrong width has caused."""

import re

import yaml

from bot.campaign.page import Page
from bot.campaign.problems import Problem
from bot.language import Sentence, sentence

DASHES = ("－", "—", "–")
"""What stands at a line's start in place of a list's `-`."""

_KEY = re.compile(r"(?:[a-z_]+|[0-9]{4})\s*：|[a-z_]+:(?=\S)")
_NEXT_KEY = re.compile(r"，\s*[a-z_]+\s*[：:]")
_LINES_BEFORE = 3


def looks_like_key(text: str) -> bool:
    """Whether a plain text is a key whose colon is full-width, or lacks its space."""
    return _KEY.match(text) is not None


def holds_next_key(text: str) -> bool:
    """Whether a plain text has run over a full-width comma into the next key."""
    return _NEXT_KEY.search(text) is not None


def mends(error: yaml.MarkedYAMLError, page: Page) -> list[Problem]:
    """Mend the line, of those that the error may come from, that has wrong marks; empty where none has."""
    for line in _lines(error, page):
        if problems := page.mend(line):
            return problems
    return []


def _lines(error: yaml.MarkedYAMLError, page: Page) -> list[int]:
    """The error's own line first, then those before it, then the one where what it interrupts began."""
    found = error.problem_mark or error.context_mark
    at = min(found.line, page.last_line) if found else 0
    lines = list(range(at, max(at - _LINES_BEFORE, 0) - 1, -1))
    return [*lines, error.context_mark.line] if error.context_mark else lines


def in_plain_words(error: yaml.MarkedYAMLError, page: Page) -> Problem:
    """The problem as whoever wrote the file can mend it, at the spot to look at."""
    context, problem = error.context or "", error.problem or ""
    if error.context_mark and (began := _what_began(context, problem)):
        return Problem(page.place(error.context_mark), began)
    mark = error.problem_mark or error.context_mark
    if mark is None:
        return Problem(page.top, sentence("schedule.syntax"))
    return Problem(page.place(mark), _what_broke(context, problem, page.line(mark.line)[mark.column :][:1]))


def _what_began(context: str, problem: str) -> Sentence | None:
    """The sentence of an error that is mended where what it interrupts began."""
    if "flow" in context and "," in problem:
        opened, closed = ("[", "]") if "sequence" in context else ("{", "}")
        return sentence("schedule.not-closed", opened=opened, closed=closed)
    if "quoted scalar" in context and "end of stream" in problem:
        return sentence("schedule.quote-not-closed")
    if "could not find expected ':'" in problem:
        return sentence("schedule.no-colon")
    return None


def _what_broke(context: str, problem: str, character: str) -> Sentence:
    if "mapping values are not allowed" in problem:
        return sentence("schedule.second-colon")
    if "cannot start any token" in problem and character:
        return sentence("schedule.needs-quotes", character=character)
    if "escape" in problem:
        return sentence("schedule.backslash")
    if "block" in context and ("expected key" in problem or "expected '-'" in problem or "<block end>" in problem):
        return sentence("schedule.uneven")
    return sentence("schedule.syntax")
