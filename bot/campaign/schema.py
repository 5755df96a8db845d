"""The JSON Schemas in `schedules/`, by which editors complete and check what people write there.

`python -m bot.campaign.schema schedules` writes them anew. They accept every spelling that the loader accepts;
what a schema cannot say (a dangling reference, an end before its start) stays with `gengfu check`.
"""

import json
import sys
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from bot.campaign.meanings import MEANINGS
from bot.campaign.model import Campaign, KeyDatesFile, Town

FILES: dict[str, type[BaseModel]] = {
    "town.schema.json": Town,
    "key-dates.schema.json": KeyDatesFile,
    "campaign.schema.json": Campaign,
}
"""Each schema's file and the model from which it is made."""

_DIALECT = "https://json-schema.org/draft/2020-12/schema"


def schema_of(model: type[BaseModel]) -> dict[str, Any]:
    """A model's schema, with the meaning of each key in Chinese and English."""
    made = _tidy(model.model_json_schema())
    for name, mapping in {model.__name__: made, **made.get("$defs", {})}.items():
        for key, value in mapping.get("properties", {}).items():
            value["description"] = MEANINGS[name][key]
    return {"$schema": _DIALECT, **made}


def text_of(model: type[BaseModel]) -> str:
    """The schema as it stands in its file."""
    return json.dumps(schema_of(model), ensure_ascii=False, indent=2) + "\n"


def write(folder: Path) -> None:
    """Write all schemas into a folder."""
    for name, model in FILES.items():
        (folder / name).write_text(text_of(model), encoding="utf-8")


def _tidy(node: Any) -> Any:
    """Without what misleads editors: made-up titles, defaults in the models' own spelling, exclusive choices."""
    if isinstance(node, list):
        return [_tidy(each) for each in node]
    if not isinstance(node, dict):
        return node
    tidy: dict[str, Any] = {}
    for key, value in node.items():
        if key == "properties":
            tidy[key] = {name: _tidy(each) for name, each in value.items()}
        elif key == "oneOf":
            tidy["anyOf"] = _tidy(value)
        elif not (key == "default" or (key == "title" and isinstance(value, str))):
            tidy[key] = _tidy(value)
    return tidy


if __name__ == "__main__":
    write(Path(sys.argv[1]))
