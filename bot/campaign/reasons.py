"""Why a value was refused, in the reader's words and at its place in the file: pydantic's errors as problems."""

import difflib
import re
import typing
from collections.abc import Iterator, Mapping
from typing import Any

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from bot.campaign.full_width import in_value, mended
from bot.campaign.problems import Problem, excerpt
from bot.campaign.rules import RULES
from bot.campaign.source import Path, Source
from bot.language import Sentence, sentence

_BESIDE_RULES = frozenset({"at", "shift", "days", "edge", "day", "during"})
_MODEL_TYPES = frozenset({"model_type", "model_attributes_type"})


def problems_of(error: ValidationError, source: Source, model: type[BaseModel]) -> Iterator[Problem]:
    """Each of a file's errors as a problem, without those that only follow from another."""
    details = error.errors(include_url=False)
    wrong_keys: set[Path] = set()
    meant_keys: set[Path] = set()
    for each in details:
        parent = _written(source, each["loc"][:-1])
        if each["loc"][-1:] == ("[key]",):
            wrong_keys.add(parent)
        elif each["type"] == "extra_forbidden":
            meant_keys.add((*parent, _nearest(str(each["loc"][-1]), _keys(model, each["loc"][:-1])) or ""))
    for each in details:
        path = _written(source, each["loc"])
        follows = (
            any(len(path) > len(key) and path[: len(key)] == key for key in wrong_keys)
            or (each["type"] == "missing" and (*path, each["loc"][-1]) in meant_keys)
            or (each["type"] == "too_short" and bool(each["input"]))
        )
        if not follows:
            yield _problem(each, path, source, model)


def _problem(error: ErrorDetails, path: Path, source: Source, model: type[BaseModel]) -> Problem:
    loc, kind, value = error["loc"], error["type"], error["input"]
    if kind == "missing":
        return Problem(source.place(*path), sentence("schedule.missing-key", key=str(loc[-1])))
    if kind == "extra_forbidden":
        told = _unknown_key(str(loc[-1]), _keys(model, loc[:-1]))
        return Problem(source.key_place(*path), told)
    if value is None:
        return Problem(source.key_place(*path), sentence("schedule.nothing-written"))
    if loc[-1:] == ("[key]",):
        return Problem(source.key_place(*path), _refusal(error, value))
    if kind in _MODEL_TYPES:
        return Problem(source.place(*path), _mapping_expected(value, _keys(model, loc)))
    return Problem(source.place(*path), _refusal(error, value))


def _refusal(error: ErrorDetails, value: object) -> Sentence:
    match error:
        case {"type": "sentence", "ctx": {"sentence": Sentence() as told}}:
            # A name knows better than its marks: those of a dangling one were looked at already.
            return told if "-of-several" in told.key or "unknown-" in told.key else _by_its_marks(value) or told
        case {"type": "literal_error", "ctx": {"expected": str(expected)}}:
            return _by_its_marks(value) or _not_one_of(value, re.findall(r"'([^']*)'", expected))
        case {"type": "union_tag_not_found" | "union_tag_invalid"}:
            return _by_its_marks(value) or _no_rule(value)
        case {"type": "too_short"}:
            return sentence("schedule.empty-list")
        case {"type": "tuple_type" | "list_type"}:
            return _by_its_marks(value) or sentence("schedule.list-expected")
        case {"type": "dict_type" | "mapping_type"}:
            return _by_its_marks(value) or sentence("schedule.any-mapping-expected")
        case _ if isinstance(value, str):
            return _by_its_marks(value) or sentence("schedule.cannot-be-read", text=excerpt(value))
        case _:
            return sentence("schedule.one-value-expected")


def _by_its_marks(value: object) -> Sentence | None:
    return in_value(value) if isinstance(value, str) else None


def _unknown_key(key: str, known: list[str]) -> Sentence:
    if mended(key).strip() in known and (told := in_value(key)):
        return told
    if nearest := _nearest(key, known):
        return sentence("schedule.unknown-key-nearest", key=excerpt(key), nearest=nearest)
    return sentence("schedule.unknown-key", key=excerpt(key), known=known)


def _mapping_expected(value: object, known: list[str]) -> Sentence:
    return _by_its_marks(value) or sentence("schedule.mapping-expected", known=known)


def _not_one_of(value: object, allowed: list[str]) -> Sentence:
    if not isinstance(value, str):
        return sentence("schedule.one-of-expected", allowed=allowed)
    if nearest := _nearest(value, allowed):
        return sentence("schedule.not-one-of-nearest", text=excerpt(value), allowed=allowed, nearest=nearest)
    return sentence("schedule.not-one-of", text=excerpt(value), allowed=allowed)


def _no_rule(value: object) -> Sentence:
    if not isinstance(value, Mapping):
        return sentence("schedule.rule-expected", rules=RULES)
    if found := [rule for rule in RULES if rule in value]:
        return sentence("schedule.several-rules", found=found)
    for key in value:
        if key not in _BESIDE_RULES and (nearest := _nearest(str(key), list(RULES))):
            return sentence("schedule.unknown-key-nearest", key=str(key), nearest=nearest)
    return sentence("schedule.rule-expected", rules=RULES)


def _nearest(word: str, known: list[str]) -> str | None:
    near = difflib.get_close_matches(mended(word).strip().lower().replace("-", "_"), known, n=1)
    return near[0] if near else next(iter(difflib.get_close_matches(word, known, n=1)), None)


def _written(source: Source, loc: tuple[int | str, ...]) -> Path:
    """The path in the file that pydantic's way means: without unions' tags and what shorthands have put in."""
    if loc[:1] == ("reminders",) and loc[2:3] == ("on",):
        loc = (*loc[:3], *loc[4:])
    node: Any = source.tree
    path: list[str | int] = []
    for step in loc:
        match node:
            case dict() if step in node:
                node = node[step]
            case list() if isinstance(step, int) and step < len(node):
                node = node[step]
            case _:
                continue
        path.append(step)
    return tuple(path)


def _keys(model: type[BaseModel], loc: tuple[int | str, ...]) -> list[str]:
    """The keys that the mapping at pydantic's way may have."""
    models = [model]
    for step in loc:
        found = [
            inner
            for each in models
            for name, field in each.model_fields.items()
            if (field.alias or name) == step
            for inner in _models_in([field.annotation, *field.metadata])
        ]
        tagged = [each for each in models if step in RULES and step in each.model_fields]
        models = found or tagged or models
    return [field.alias or name for each in models[:1] for name, field in each.model_fields.items()]


def _models_in(annotations: list[Any]) -> Iterator[type[BaseModel]]:
    for annotation in annotations:
        if isinstance(annotation, type) and issubclass(annotation, BaseModel):
            yield annotation
        yield from _models_in(list(typing.get_args(annotation)))
