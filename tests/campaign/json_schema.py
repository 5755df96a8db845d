"""As much of JSON Schema as the published schemas use, and YAML 1.2 as an editor reads it."""

import re
from collections.abc import Iterator
from typing import Any

from bot.campaign.source import read_source

_TYPES = {
    "string": lambda value: isinstance(value, str),
    "integer": lambda value: isinstance(value, int) and not isinstance(value, bool),
    "number": lambda value: isinstance(value, int | float) and not isinstance(value, bool),
    "boolean": lambda value: isinstance(value, bool),
    "object": lambda value: isinstance(value, dict),
    "array": lambda value: isinstance(value, list),
    "null": lambda value: value is None,
}
_KNOWN = {
    "$defs", "$ref", "$schema", "additionalProperties", "anyOf", "const", "description", "enum", "examples", "items",
    "maxProperties", "maximum", "minItems", "minProperties", "minimum", "pattern", "patternProperties", "properties",
    "required", "type",
}  # fmt: skip


def as_an_editor_reads(data: bytes) -> Any:
    """A file's tree with plain scalars typed by YAML 1.2's core schema, quoted or not."""
    return _typed(read_source("file.yaml", data).tree)


def faults(schema: dict[str, Any], value: Any, root: dict[str, Any] | None = None, at: str = "") -> Iterator[str]:
    """Where a value breaks a schema; empty where it holds. Asserts that it knows every keyword used."""
    root = root or schema
    assert set(schema) <= _KNOWN, set(schema) - _KNOWN
    if "$ref" in schema:
        yield from faults(root["$defs"][schema["$ref"].rpartition("/")[2]], value, root, at)
    if "anyOf" in schema and all(any(faults(each, value, root, at)) for each in schema["anyOf"]):
        yield f"{at}: none of anyOf"
    types = [schema["type"]] if isinstance(schema.get("type"), str) else schema.get("type", list(_TYPES))
    if not any(_TYPES[each](value) for each in types):
        yield f"{at}: not {types}"
    if "const" in schema and value != schema["const"]:
        yield f"{at}: not {schema['const']}"
    if "enum" in schema and value not in schema["enum"]:
        yield f"{at}: not one of {schema['enum']}"
    yield from _of_kind(schema, value, root, at)


def _of_kind(schema: dict[str, Any], value: Any, root: dict[str, Any], at: str) -> Iterator[str]:
    match value:
        case str():
            if "pattern" in schema and not re.search(schema["pattern"], value):
                yield f"{at}: no match of {schema['pattern']}"
        case int() | float():
            if not schema.get("minimum", value) <= value <= schema.get("maximum", value):
                yield f"{at}: out of bounds"
        case list():
            if len(value) < schema.get("minItems", 0):
                yield f"{at}: too few"
            for index, each in enumerate(value):
                yield from faults(schema.get("items", {}), each, root, f"{at}/{index}")
        case dict():
            yield from _of_mapping(schema, value, root, at)
        case _:
            pass


def _of_mapping(schema: dict[str, Any], value: dict[str, Any], root: dict[str, Any], at: str) -> Iterator[str]:
    if not schema.get("minProperties", 0) <= len(value) <= schema.get("maxProperties", len(value)):
        yield f"{at}: wrong number of keys"
    yield from (f"{at}: lacks {key}" for key in schema.get("required", []) if key not in value)
    for key, each in value.items():
        matching = [found for pattern, found in schema.get("patternProperties", {}).items() if re.search(pattern, key)]
        inner = schema.get("properties", {}).get(key, matching[0] if matching else None)
        beyond = schema.get("additionalProperties", True)
        if inner is None and beyond is False:
            yield f"{at}: unknown {key}"
        elif inner is not None or isinstance(beyond, dict):
            yield from faults(inner if inner is not None else beyond, each, root, f"{at}/{key}")


def _typed(node: Any) -> Any:
    match node:
        case dict():
            return {key: _typed(each) for key, each in node.items()}
        case list():
            return [_typed(each) for each in node]
        case "true" | "True" | "TRUE":
            return True
        case "false" | "False" | "FALSE":
            return False
        case str() if re.fullmatch("[-+]?[0-9]+", node):
            return int(node)
        case str() if re.fullmatch(r"[-+]?([0-9]+\.[0-9]*|\.[0-9]+)", node):
            return float(node)
        case _:
            return node
