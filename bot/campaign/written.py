"""What every mapping and list of a schedule file has in common."""

from typing import Annotated, Any, TypeVar

from pydantic import BaseModel, ConfigDict, Field, GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic_core import CoreSchema, core_schema


class Written(BaseModel):
    """A mapping of a schedule file: frozen, and an unknown key is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=False)


class OneAlone:
    """Lets one value stand for a list of one, to the loader and to the published schema alike."""

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_before_validator_function(_listed, handler(source))

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        array = handler(schema)
        return {"anyOf": [array["items"], array]}


def _listed(value: object) -> object:
    return value if isinstance(value, list | tuple) else [value]


T = TypeVar("T")
Some = Annotated[tuple[T, ...], Field(min_length=1), OneAlone()]
"""One or more, of which one alone may be written without brackets."""
