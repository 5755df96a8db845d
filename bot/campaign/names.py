"""What may be meant where an id is asked: the id itself, or a name or alias that is unique."""

import difflib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, ValidationInfo, WithJsonSchema

from bot.campaign.full_width import PARTING, in_value, mended
from bot.campaign.scalars import from_text, refused, wrong

_SHORT = 3
"""In a word of so few characters one wrong one is much: 元且 is half of 元旦."""

Kind = Literal["office", "chat", "key_date", "phase", "duty"]


@dataclass
class Names:
    """Of each kind, the ids and which of them each id, name or alias may mean.

    A kind that was never added could not be read: its words are taken as they stand, so that one unreadable
    file does not make every reference to it an error.
    """

    meanings: dict[Kind, dict[str, set[str]]] = field(default_factory=dict)

    def add(self, kind: Kind, raw: object) -> None:
        """Learn the names in a list of mappings as written, valid or not, so that an error costs only itself."""
        if not isinstance(raw, list | tuple):
            return
        known = self.meanings.setdefault(kind, {})
        for item in raw:
            if isinstance(item, Mapping) and (id_ := id_of(item)) is not None:
                for word in words_for(item):
                    known.setdefault(word, set()).add(id_)

    def meant(self, kind: Kind, word: str) -> str:
        """The id that a word means. Raises the reader's sentence for none (with the nearest) or several."""
        if (known := self.meanings.get(kind)) is None:
            return word
        ids = known.get(word, set())
        if word in ids or len(ids) == 1:
            return word if word in ids else next(iter(ids))
        if ids:
            raise wrong("schedule.name-of-several", word=word, ids=sorted(ids))
        if (mended(word) in known or not PARTING.isdisjoint(word)) and (told := in_value(word)):
            raise refused(told)
        if near := nearest(word, known):
            raise wrong(f"schedule.unknown-{kind}-nearest", word=word, nearest=near)
        raise wrong(f"schedule.unknown-{kind}", word=word)


def nearest(word: str, known: Iterable[str]) -> str | None:
    """The known word that was most likely meant: one alike, or one that holds the word or is held by it."""
    known = sorted(known)
    cutoff = 0.6 if len(word) > _SHORT else 0.5
    if alike := difflib.get_close_matches(word, known, n=1, cutoff=cutoff):
        return alike[0]
    return next((each for each in known if len(word) > 1 and len(each) > 1 and (word in each or each in word)), None)


def id_of(item: Mapping[str, Any]) -> str | None:
    """The id of a mapping as written, or what stands for it until one is written: its name."""
    return next((word for word in (item.get("id"), item.get("name")) if isinstance(word, str)), None)


def words_for(item: Mapping[str, Any]) -> Iterator[str]:
    """The id, name and aliases of a mapping as written, those that are texts."""
    aliases = item.get("aliases")
    for word in (item.get("id"), item.get("name"), *(aliases if isinstance(aliases, list) else ())):
        if isinstance(word, str):
            yield word


def _meaning(kind: Kind) -> AfterValidator:
    def resolve(word: str, info: ValidationInfo) -> str:
        context: dict[str, Any] | None = info.context
        return word if context is None else context["names"].meant(kind, word)

    return AfterValidator(resolve)


_REFERENCE = WithJsonSchema({"type": ["string", "number", "boolean"]})

OfficeId = Annotated[str, from_text(str), _meaning("office"), _REFERENCE]
ChatId = Annotated[str, from_text(str), _meaning("chat"), _REFERENCE]
KeyDateId = Annotated[str, from_text(str), _meaning("key_date"), _REFERENCE]
PhaseId = Annotated[str, from_text(str), _meaning("phase"), _REFERENCE]
DutyId = Annotated[str, from_text(str), _meaning("duty"), _REFERENCE]
