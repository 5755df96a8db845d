"""Each id, name and address means one thing."""

import json
from collections.abc import Iterator
from typing import Any

from bot.campaign.draft import Draft, rows
from bot.campaign.names import Kind, Names, id_of, words_for
from bot.campaign.problems import Problem
from bot.campaign.source import Source
from bot.language import sentence

_QUOTES = {"“": "”", "‘": "’", "＂": "＂", "＇": "＇"}


def duplicate_ids(draft: Draft) -> Iterator[Problem]:
    """Two offices, chats, key dates, or two of one campaign's phases, duties or reminders with one id."""
    for source, key in _lists(draft):
        first: dict[str, int] = {}
        for index, row in rows(source, key):
            if not isinstance(id_ := row.get("id"), str):
                continue
            if id_ in first:
                line = source.place(key, first[id_], "id").line
                told = sentence("schedule.duplicate-id", id=id_, line=line)
                yield Problem(source.place(key, index, "id"), told)
            first.setdefault(id_, index)


def duplicate_campaigns(draft: Draft) -> Iterator[Problem]:
    """Two files with one campaign's id."""
    first: dict[str, Source] = {}
    for each in draft.campaigns:
        id_ = (each.source.tree or {}).get("campaign")
        if isinstance(id_, str) and id_ in first:
            told = sentence("schedule.duplicate-campaign", id=id_, file=first[id_].name)
            yield Problem(each.source.place("campaign"), told)
        elif isinstance(id_, str):
            first[id_] = each.source


def ambiguous_names(draft: Draft) -> Iterator[Problem]:
    """Warns of a name or alias that several bear; a reference by it would be an error, or mean another's id."""
    yield from _ambiguous(draft.town, "offices", "office", draft.names)
    yield from _ambiguous(draft.key_dates, "key_dates", "key_date", draft.names)
    for each in draft.campaigns:
        yield from _ambiguous(each.source, "phases", "phase", each.names)
        yield from _ambiguous(each.source, "duties", "duty", each.names)


def _ambiguous(source: Source, key: str, kind: Kind, names: Names) -> Iterator[Problem]:
    meanings = names.meanings.get(kind, {})
    before: set[str] = set()
    for index, row in rows(source, key):
        for word in dict.fromkeys(words_for(row)):
            ids = meanings.get(word, set())
            if len(ids) < 2 or word == id_of(row):
                continue
            if word in ids:
                told = sentence("schedule.name-is-an-id", word=word)
            elif word in before:
                told = sentence("schedule.name-of-another", word=word, ids=sorted(ids))
            else:
                continue
            yield Problem(_place_of(source, key, index, row, word), told, "warning")
        before.update(words_for(row))


def quoted_names(draft: Draft) -> Iterator[Problem]:
    """Warns of a name in full-width quotes: YAML takes those for a part of the name."""
    for source, key in _lists(draft):
        for index, row in rows(source, key):
            for field in ("name", "item"):
                yield from _quoted(source, (key, index, field), row.get(field))
    for source, field in ((draft.town, "name"), *((each.source, "title") for each in draft.campaigns)):
        yield from _quoted(source, (field,), (source.tree or {}).get(field))


def shared_addresses(draft: Draft) -> Iterator[Problem]:
    """Two chats of one platform with one address and topic."""
    first: dict[tuple[str, str], str] = {}
    for part in draft.chats:
        if part.value.address is None:
            continue
        where = (part.value.on, _normal(part.value.address))
        if where in first:
            yield part.problem(("address",), "schedule.shared-address", chat=first[where])
        first.setdefault(where, part.value.id)


def _lists(draft: Draft) -> Iterator[tuple[Source, str]]:
    yield draft.town, "offices"
    yield draft.town, "chats"
    yield draft.key_dates, "key_dates"
    for each in draft.campaigns:
        for key in ("phases", "duties", "reminders"):
            yield each.source, key


def _place_of(source: Source, key: str, index: int, row: Any, word: str) -> Any:
    if row.get("name") == word:
        return source.place(key, index, "name")
    aliases = row.get("aliases")
    return source.place(key, index, "aliases", aliases.index(word) if isinstance(aliases, list) else 0)


def _quoted(source: Source, path: tuple[str | int, ...], text: object) -> Iterator[Problem]:
    if isinstance(text, str) and len(text) > 1 and _QUOTES.get(text[0]) == text[-1]:
        told = sentence("schedule.quoted-name", text=text, inner=text[1:-1])
        yield Problem(source.place(*path), told, "warning")


def _normal(address: Any) -> str:
    """One spelling for what is one address: `{chat: X}` is X."""
    if isinstance(address, dict) and set(address) == {"chat"}:
        address = address["chat"]
    return json.dumps(address, sort_keys=True)
