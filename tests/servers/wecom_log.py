"""What a local WeCom was asked and what became of it: for a checker, also after a kill and from another process."""

import json
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Literal, Self

from tests.servers.log import lines_of


@dataclass(frozen=True)
class Asked:
    """One request as it was received, at the server's moment. `to` is whom it was for (a robot's key, an app's
    receiver). `became`: accepted; refused in WeCom's own words; or met by a fault. `stands`: the work was done,
    whatever was answered. `errcode` is the answer's, None where none left; `why` is what was said instead of yes;
    `message_id` that of the message that it came to be, where WeCom gives one.
    """

    at: datetime
    path: str
    to: str | None
    body: Any
    became: Literal["accepted", "refused", "fault"]
    stands: bool
    errcode: int | None = None
    why: str | None = None
    message_id: str | None = None

    def as_line(self) -> str:
        """As one line of JSON."""
        return json.dumps(asdict(self) | {"at": self.at.isoformat()}, ensure_ascii=False)

    @classmethod
    def read(cls, line: str) -> Self:
        """From such a line."""
        written: dict[str, Any] = json.loads(line)
        return cls(**written | {"at": datetime.fromisoformat(written["at"])})


def read_log(path: Path) -> tuple[Asked, ...]:
    """What a server wrote to its file, also one that was killed in the middle of a line."""
    return tuple(Asked.read(line) for line in lines_of(path))
