"""A photo or a file that came with an answer and is still to be fetched: on record as a mark until it is kept."""

from collections.abc import Iterable

from pydantic import BaseModel, ConfigDict

from bot.ledger.entries import Entry
from bot.ledger.inbound import Attachment, Inbound

AWAITED = "evidence:"
"""So begin the marks of what is to be fetched."""


class Awaited(BaseModel):
    """What came in with an attachment, and for which office's answer to which ask that is evidence."""

    model_config = ConfigDict(frozen=True)

    inbound: Inbound
    attachment: Attachment
    occurrence: str
    office: str
    chat: str | None

    @property
    def mark(self) -> str:
        """The mark that keeps it over a restart."""
        return f"{AWAITED}{self.inbound.key}"

    def entry(self, file: str, size: int) -> Entry:
        """What the ledger says of it once it is kept as this file."""
        known = {"name": self.inbound.person_name, "file": file, "title": self.attachment.name}
        return Entry(
            at=self.inbound.at,
            kind="evidence",
            occurrence=self.occurrence,
            chat=self.chat,
            office=self.office,
            by=self.inbound.person,
            detail={**{key: text for key, text in known.items() if text}, "size": size, "kind": self.attachment.kind},
        )

    def is_kept_as(self, file: str, entries: Iterable[Entry]) -> bool:
        """Whether this ask's entries have the same file for the office already."""
        return any(each.office == self.office and (each.detail or {}).get("file") == file for each in entries)
