"""A file of a TinyDB store: its tables, how a batch is written into them, how they are read again.

TinyDB's own file storage rewrites in place, and a process killed in the midst of it leaves a file that nobody
can read. Here the file is replaced as a whole instead.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, cast

import orjson
from pydantic import BaseModel, ValidationError
from tinydb import Storage, TinyDB
from tinydb.table import Document, Table

from bot.errors import StoreDamaged, StoreError
from bot.language import Sentence, sentence
from bot.ledger.deliveries import Delivery, Issued
from bot.ledger.entries import Numbered
from bot.ledger.inbound import Inbound
from bot.store import atomic
from bot.store.reasons import why
from bot.store.records import Batch, Inbox

FILE = "gengfu.json"
"""The town's own file in its data folder."""

VERSION = 1
"""The form of the file. One that says more was written by a later Gengfu and is left alone."""


class ReplacedFile(Storage):
    """Where TinyDB keeps its tables: in memory, as read from the file, and as `together` last replaced it."""

    def __init__(self, file: Path, content: bytes | None) -> None:
        self._file = file
        self._content = content
        self._tables: dict[str, dict[str, Any]] = (
            {"meta": {"store": {"version": VERSION}}} if self._content is None else orjson.loads(self._content)
        )

    def read(self) -> dict[str, dict[str, Any]]:
        """The tables by name, of which each holds its documents by id."""
        return dict(self._tables)

    def write(self, data: dict[str, dict[str, Any]]) -> None:
        """Take the tables as they are to be; `together` makes it last."""
        self._tables = data

    @contextmanager
    def together(self) -> Iterator[None]:
        """Make what is written inside one replacement of the file, or nothing. Raises OSError."""
        before = self._tables
        try:
            yield
            content = orjson.dumps(self._tables)
            atomic.replace(self._file, content, former=self._content)
        except BaseException:
            self._tables = before
            raise
        self._content = content


class Keyed(Table):
    """A table whose documents are found by keys of ours: `occurrence@chat` rather than a number."""

    document_id_class = str  # type: ignore[assignment] # meant to be set, but typed as int

    def _update_table(self, updater: Callable[[dict[int, Mapping[str, Any]]], None]) -> None:
        """As TinyDB's own, but that it converts no key: ours are texts, and half of a commit's time would go there."""
        tables = self._storage.read() or {}
        table = cast(dict[int, Mapping[str, Any]], dict(tables.get(self.name, {})))
        updater(table)
        self._storage.write(cast(dict[str, dict[str, Any]], {**tables, self.name: table}))
        self.clear_cache()

    def put(self, documents: Mapping[str, Mapping[str, Any]]) -> None:
        """Keep these documents, in the place of those that have their keys."""
        self.drop(documents)
        if documents:
            self.insert_multiple(Document(each, cast(int, key)) for key, each in documents.items())

    def drop(self, keys: Iterable[str]) -> None:
        """Remove what there is under these keys."""
        if known := [cast(int, key) for key in keys if self.contains(doc_id=cast(int, key))]:
            self.remove(doc_ids=known)


class Tables(TinyDB):
    """A file of records as a TinyDB: entries by seq, issued, deliveries, inbound, handled keys, marks, meta."""

    table_class = Keyed

    def __init__(self, file: Path, content: bytes | None) -> None:
        self._replaced = ReplacedFile(file, content)
        super().__init__(storage=lambda: self._replaced)

    def keep(self, batches: Iterable[Batch], inbox: Inbox) -> None:
        """Write batches in their order, durably and as a whole, given what the inbox was before. Raises OSError."""
        with self._replaced.together():
            for batch in batches:
                self._put(batch, inbox)
                inbox = batch.inbox

    def _put(self, batch: Batch, inbox: Inbox) -> None:
        came, gone = batch.inbox.waiting, inbox.waiting.keys() - batch.inbox.waiting.keys()
        self._keyed("entries").put({str(each.seq): _document(each) for each in batch.entries})
        self._keyed("issued").put({key: _document(each) for key, each in batch.issued.items()})
        self._keyed("deliveries").put({key: _document(each) for key, each in batch.deliveries.items()})
        self._keyed("marks").drop(batch.marks)
        self._keyed("marks").put({name: {"text": text} for name, text in batch.marks.items() if text is not None})
        self._keyed("inbound").drop(gone)
        self._keyed("inbound").put({key: _document(came[key]) for key in came if key not in inbox.waiting})
        if batch.inbox.handled is not inbox.handled:
            self._keyed("handled").put({"keys": {"keys": list(batch.inbox.handled)}})

    def part_with(self, batches: Iterable[Batch]) -> None:
        """Take out what archives have by now, durably and as a whole, and count the entries. Raises OSError."""
        with self._replaced.together():
            archived = 0
            for batch in batches:
                self._keyed("entries").drop([str(each.seq) for each in batch.entries])
                self._keyed("issued").drop(batch.issued)
                self._keyed("deliveries").drop(batch.deliveries)
                archived += len(batch.entries)
            meta = dict(self._documents("meta"))["store"]
            self._keyed("meta").put({"store": {**meta, "archived": meta.get("archived", 0) + archived}})

    def version(self) -> int:
        """Which form the file has. Raises as `contents` does."""
        return int(dict(self._documents("meta"))["store"]["version"])

    def contents(self) -> Batch:
        """Everything in the file. Raises what reading a wrong form raises: ValueError, KeyError, TypeError, …"""
        entries = [Numbered.model_validate(each) for _, each in self._documents("entries")]
        return Batch(
            entries=tuple(sorted(entries, key=lambda each: each.seq)),
            issued={key: Issued.model_validate(each) for key, each in self._documents("issued")},
            deliveries={key: Delivery.model_validate(each) for key, each in self._documents("deliveries")},
            marks={name: str(each["text"]) for name, each in self._documents("marks")},
            inbox=Inbox(
                waiting={key: Inbound.model_validate(each) for key, each in self._documents("inbound")},
                handled=dict.fromkeys(key for _, each in self._documents("handled") for key in each["keys"]),
            ),
            archived=int(dict(self._documents("meta"))["store"].get("archived", 0)),
        )

    def _documents(self, table: str) -> Iterator[tuple[str, Document]]:
        return ((str(each.doc_id), each) for each in self._keyed(table).all())

    def _keyed(self, table: str) -> Keyed:
        return cast(Keyed, self.table(table))


def load(file: Path) -> tuple[Tables, Batch]:
    """The file's tables and all that is in them; a missing file is empty. Makes and alters nothing.

    Raises `StoreError` where it cannot be read, and as `parsed` does.
    """
    return parsed(file, _content_of(file))


def load_town(file: Path) -> tuple[Tables, Batch]:
    """A town's own file, as `load` does; of its entries none may be missing but those that were archived."""
    return parsed_town(file, _content_of(file))


def parsed(file: Path, content: bytes | None) -> tuple[Tables, Batch]:
    """The tables that a file of this content has, and all that is in them.

    Raises `StoreDamaged` where it is not what was written, `StoreError` where it was written by a later version.
    """
    try:
        tables = Tables(file, content)
        if tables.version() > VERSION:
            raise StoreError(sentence("store.newer", file=str(file)))
        return tables, tables.contents()
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise StoreDamaged(sentence("store.archive-damaged", file=str(file), what=_what(error))) from None


def parsed_town(file: Path, content: bytes | None) -> tuple[Tables, Batch]:
    """A town's own file of this content; of its entries none may be missing but those that were archived."""
    try:
        tables, contents = parsed(file, content)
    except StoreDamaged as error:
        raise StoreDamaged(sentence("store.damaged", **error.sentence.values)) from None
    numbers = [entry.seq for entry in contents.entries]
    if len(set(numbers)) < len(numbers) or max(numbers, default=0) > contents.archived + len(numbers):
        what = sentence("store.not-a-record", place="entries.seq")
        raise StoreDamaged(sentence("store.damaged", file=str(file), what=what))
    return tables, contents


def empty(archived: int) -> bytes:
    """The content of a town's file that has nothing, with so many entries counted as archived."""
    return orjson.dumps({"meta": {"store": {"version": VERSION, "archived": archived}}})


def _content_of(file: Path) -> bytes | None:
    try:
        return file.read_bytes() if file.exists() else None
    except OSError as error:
        raise StoreError(sentence("store.unreadable", file=str(file), why=why(error))) from error


def _document(record: BaseModel) -> dict[str, Any]:
    return record.model_dump(mode="json", exclude_defaults=True)


def _what(error: Exception) -> Sentence:
    """What is wrong with a file, without a word of its content."""
    match error:
        case orjson.JSONDecodeError():
            return sentence("store.not-json", position=error.pos)
        case ValidationError():
            place = ".".join(str(step) for step in error.errors(include_input=False)[0]["loc"])
            return sentence("store.not-a-record", place=f"{error.title}.{place}")
        case _:
            return sentence("store.not-a-record", place=str(error))
