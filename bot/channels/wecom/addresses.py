"""A chat's address in WeCom as the YAML has it (interface.md, "address") in its canonical form: `user:policeduty`."""

import re
from collections.abc import Collection, Mapping

from bot.campaign.problems import excerpt
from bot.errors import SettingsError
from bot.language import Sentence, sentence

_ID = re.compile(r"[\w@.\-]{1,64}", re.ASCII)
_NUMBER = re.compile(r"[1-9][0-9]{0,9}")


def read(written: object, kinds: Collection[str], expected: Sentence, *, alone: str | None = None) -> str:
    """`KIND:ID` of `{KIND: ID}` with one of these kinds, of that form itself, or of a bare id, whose kind is `alone`.

    Users' ids know no case. Raises `SettingsError` with what is `expected` for anything else.
    """
    kind: object
    match written:
        case Mapping() if len(written) == 1:
            ((kind, id_),) = written.items()
        case str() if written.partition(":")[0] in kinds:
            kind, _, id_ = written.partition(":")
        case str() | int() if alone and not isinstance(written, bool):
            kind, id_ = alone, written
        case _:
            raise SettingsError(expected)
    text = str(id_).strip()
    if kind not in kinds:
        raise SettingsError(expected)
    if kind in {"party", "tag"}:
        if not _NUMBER.fullmatch(text):
            raise SettingsError(sentence(f"wecom.{kind}-number", written=excerpt(text)))
    elif not _ID.fullmatch(text):
        raise SettingsError(expected)
    return f"{kind}:{text.lower() if kind == 'user' else text}"


def written(address: str, *, alone: str | None = None) -> str:
    """How the YAML has an address: what `read` reads."""
    kind, _, id_ = address.partition(":")
    return id_ if kind == alone else f"{{{kind}: {id_}}}"


def person_of(userid: str) -> str:
    """Who somebody is, by their id in WeCom."""
    return f"wecom:{userid.lower()}"


def userid_of(person: str) -> str | None:
    """The id in WeCom of a person, None for one of elsewhere."""
    return person.removeprefix("wecom:") if person.startswith("wecom:") else None
