"""A schedule file's bytes become a tree of mappings, lists and texts, each with its line and column.

Every scalar stays the text that stands in the file (an empty one, `~` and `null` are None), so `on`, `yes`,
`18:00` and `02-29` are words, as in YAML 1.2. Anchors, aliases and tags are refused, which also bounds what a
small file can grow to.
"""

import codecs
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import yaml

from bot.campaign import syntax
from bot.campaign.page import Page
from bot.campaign.problems import Place, Problem
from bot.language import sentence

Path = tuple[str | int, ...]
"""The way to a value: keys and list indices from the top."""

Tree = dict[str, Any] | list[Any] | str | None
"""Mappings, lists and texts, nested."""

FOLDER = "schedules"
_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_DEEPEST = 32
_MOST_MENDS = 25
_NOTHING = frozenset({"", "~", "null", "Null", "NULL"})


@dataclass(frozen=True)
class Source:
    """A file as it was read: its tree (None where it could not be), the places in it, and what is wrong."""

    name: str
    tree: dict[str, Tree] | None
    values: Mapping[Path, Place] = field(default_factory=dict)
    keys: Mapping[Path, Place] = field(default_factory=dict)
    problems: tuple[Problem, ...] = ()

    @property
    def file(self) -> str:
        """Its path in the town's folder."""
        return f"{FOLDER}/{self.name}"

    def place(self, *path: str | int) -> Place:
        """Where the value at this path is, or the nearest that holds it."""
        for length in range(len(path), 0, -1):
            if (found := self.values.get(path[:length])) is not None:
                return found
        return Place(self.file, 1, 1)

    def key_place(self, *path: str | int) -> Place:
        """Where the key of this path is; for a list's item, or what stands nowhere, as `place`."""
        return self.keys.get(path) or self.place(*path)


def read_source(name: str, data: bytes) -> Source:
    """Read one file. Never raises: what is wrong stands in `problems`, and `tree` is as much as could be read."""
    file = f"{FOLDER}/{name}"
    text, problems = _decoded(file, data)
    if text is None:
        return Source(name, None, problems=tuple(problems))
    page = Page(file, text)
    if unreadable := page.unreadable():
        return Source(name, None, problems=(*problems, *unreadable))
    for _ in range(_MOST_MENDS):
        try:
            builder = _Builder(page)
            tree = builder.document(yaml.parse(page.text, Loader=_LOADER))
        except yaml.MarkedYAMLError as error:
            if mends := syntax.mends(error, page):
                problems += mends
                continue
            return Source(name, None, problems=(*problems, syntax.in_plain_words(error, page)))
        except yaml.YAMLError:
            return Source(name, None, problems=(*problems, Problem(page.top, sentence("schedule.syntax"))))
        if mends := [problem for line in builder.suspects for problem in page.mend(line)]:
            problems += mends
            continue
        problems += builder.problems
        if not isinstance(tree, dict):
            if not builder.problems:
                told = "schedule.empty-file" if tree is None else "schedule.no-mapping"
                problems.append(Problem(builder.values.get((), page.top), sentence(told)))
            tree = None
        return Source(name, tree, builder.values, builder.keys, tuple(problems))
    return Source(name, None, problems=tuple(problems))


def _decoded(file: str, data: bytes) -> tuple[str | None, list[Problem]]:
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)) or b"\0" in data:
        return None, [Problem(Place(file, 1, 1), sentence("schedule.utf-16"))]
    try:
        return data.decode("utf-8-sig"), []
    except UnicodeDecodeError as error:
        before = data[: error.start].decode("utf-8-sig", errors="replace")
        place = Place(file, before.count("\n") + 1, len(before) - before.rfind("\n"))
    try:
        return data.decode("gb18030"), [Problem(place, sentence("schedule.gbk"))]
    except UnicodeDecodeError:
        return None, [Problem(place, sentence("schedule.not-utf-8"))]


class _Builder:
    """Makes the tree from YAML's events, noting places and what a schedule file may not hold."""

    def __init__(self, page: Page) -> None:
        self._page = page
        self._events: Iterator[Any] = iter(())
        self.values: dict[Path, Place] = {}
        self.keys: dict[Path, Place] = {}
        self.problems: list[Problem] = []
        self.suspects: list[int] = []

    def document(self, events: Iterator[Any]) -> Tree:
        """The one document's tree. With a second one there is none: who knows which is meant."""
        self._events = events
        tree: Tree = None
        documents = 0
        for event in events:
            if isinstance(event, yaml.DocumentStartEvent):
                documents += 1
                if documents > 1:
                    self._tell(event, "schedule.second-document")
                    return None
                top = next(events)
                tree = self._node(top, ())
                self._suspect(top, syntax.looks_like_key)
        return tree

    def _tell(self, event: Any, key: str, /, **values: object) -> None:
        self.problems.append(Problem(self._place(event), sentence(key, **values)))

    def _place(self, event: Any) -> Place:
        return self._page.place(event.start_mark)

    def _node(self, event: Any, path: Path) -> Tree:
        self.values[path] = self._place(event)
        if isinstance(event, yaml.AliasEvent) or event.anchor is not None:
            self._tell(event, "schedule.alias")
        elif event.tag is not None:
            self._tell(event, "schedule.tag", tag=event.tag)
        match event:
            case yaml.MappingStartEvent():
                return self._mapping(event, path)
            case yaml.SequenceStartEvent():
                return self._sequence(event, path)
            case yaml.ScalarEvent(value=str() as text):
                return None if not event.style and text in _NOTHING else text
            case yaml.AliasEvent():
                return f"*{event.anchor}"
            case _:
                return None

    def _mapping(self, start: Any, path: Path) -> Tree:
        tree: dict[str, Tree] = {}
        if self._too_deep(start, path):
            return tree
        while not isinstance(key := next(self._events), yaml.MappingEndEvent):
            if not isinstance(key, yaml.ScalarEvent):
                self._tell(key, "schedule.key-not-a-word")
                self._node(key, (*path, ""))
                self._node(next(self._events), (*path, ""))
                continue
            word = str(key.value)
            here = (*path, word)
            value = next(self._events)
            if word in tree:
                self._tell(key, "schedule.duplicate-key", key=word, line=self.keys[here].line)
                before = dict(self.values), dict(self.keys)
                self._node(value, here)
                self.values, self.keys = before
                continue
            self.keys[here] = self._place(key)
            tree[word] = self._node(value, here)
            if word.startswith(syntax.DASHES):
                self.suspects.append(_lines(key).start)
            elif tree[word] is None:
                self._suspect(key, syntax.looks_like_key)
            elif _lines(value).start > _lines(key).start:
                self._suspect(value, syntax.looks_like_key)
            self._suspect(value, syntax.holds_next_key)
        return tree

    def _sequence(self, start: Any, path: Path) -> Tree:
        tree: list[Tree] = []
        if self._too_deep(start, path):
            return tree
        while not isinstance(item := next(self._events), yaml.SequenceEndEvent):
            tree.append(self._node(item, (*path, len(tree))))
            self._suspect(item, syntax.looks_like_key)
            self._suspect(item, syntax.holds_next_key)
        return tree

    def _too_deep(self, start: Any, path: Path) -> bool:
        if len(path) < _DEEPEST:
            return False
        self._tell(start, "schedule.too-deep")
        open_ = 1
        while open_:
            event = next(self._events)
            open_ += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        return True

    def _suspect(self, event: Any, looks_wrong: Callable[[str], bool]) -> None:
        """Note the lines of a plain text that must be a key and its value, for a mark that is of the wrong width."""
        if isinstance(event, yaml.ScalarEvent) and not event.style and looks_wrong(event.value):
            self.suspects.extend(_lines(event))


def _lines(event: Any) -> range:
    return range(event.start_mark.line, event.end_mark.line + 1)
