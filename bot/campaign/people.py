"""Persons and addresses as a town writes them: by platform, in each platform's own ids."""

from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, WithJsonSchema

from bot.campaign.scalars import read_half_width, wrong


class Person(BaseModel):
    """Somebody on a platform, written `{telegram: 2001}`. WeCom's ids know no case."""

    model_config = ConfigDict(frozen=True)
    platform: str
    id: str

    def __str__(self) -> str:
        return f"{self.platform}:{self.id}"


def directory_of(platform: str) -> str:
    """Whose ids the people of a platform have: those of all ways into WeCom (`wecom-bot`, …) are `wecom`'s."""
    return platform.partition("-")[0]


def _read_person(value: object) -> object:
    if isinstance(value, Person):
        return value
    if not isinstance(value, Mapping) or len(value) != 1:
        raise wrong("schedule.not-a-person")
    ((platform, id_),) = value.items()
    if not isinstance(id_, str) or not id_.strip():
        raise wrong("schedule.not-a-person")
    read_half_width(platform)
    read_half_width(id_)
    return Person(platform=platform, id=id_.lower() if platform == "wecom" else id_)


SomePerson = Annotated[
    Person,
    BeforeValidator(_read_person),
    WithJsonSchema(
        {
            "type": "object",
            "minProperties": 1,
            "maxProperties": 1,
            "additionalProperties": {"type": ["string", "integer"]},
            "examples": [{"telegram": 2001}, {"wecom": "PoliceDuty"}],
        }
    ),
]

Address = str | Mapping[str, str]
"""As written: a platform's own id, or a mapping such as `{chat: -1001003, topic: 7}` or `{env: NAME}`."""


def _read_address(value: object) -> object:
    parts = list(value.values()) if isinstance(value, Mapping) else [value]
    if not parts or not all(isinstance(part, str) and part.strip() for part in parts):
        raise wrong("schedule.not-an-address")
    for part in parts:
        read_half_width(str(part))
    return dict(value) if isinstance(value, Mapping) else value


SomeAddress = Annotated[
    Any,
    BeforeValidator(_read_address),
    WithJsonSchema(
        {
            "type": ["string", "integer", "object"],
            "minProperties": 1,
            "additionalProperties": {"type": ["string", "integer"]},
            "examples": [-1001001, {"chat": -1001003, "topic": 7}, {"env": "GENGFU_CHAT_DUTY_ROOM"}],
        }
    ),
]
