"""What WeCom says of the app itself, by `/cgi-bin/agent/get` (WeCom's documentation, path 90227): asking it changes
nothing and needs all that sending needs, so it is also the proof that the app may be spoken for from this machine.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

ABOUT = "/cgi-bin/agent/get"
ROOT = 1
"""The party that is the whole corp."""


@dataclass(frozen=True)
class About:
    """Its name; who is in its visible range, one by one (ids in small letters), by party and by tag; whether an admin
    has disabled it; the domain to which the authorise page may lead back ("" for none).
    """

    name: str
    people: frozenset[str]
    parties: frozenset[int]
    tags: frozenset[int]
    disabled: bool
    domain: str

    @property
    def sees_all(self) -> bool:
        """Whether the whole corp is in its visible range, without which it may have no groups."""
        return ROOT in self.parties

    def cannot_see(self, address: str) -> bool:
        """Whether what is sent to an address surely reaches nobody: the app's word on parties names only those at the
        top of what it sees.
        """
        kind, _, id_ = address.partition(":")
        match kind:
            case "user":
                return not (self.parties or self.tags) and id_ not in self.people
            case "party":
                return not self.parties
            case "chat":
                return not self.sees_all
            case _:
                return not (self.parties or self.tags or self.people)


def read(given: Mapping[str, Any]) -> About:
    """What came back; what is missing is none."""
    return About(
        name=str(given.get("name", "")),
        people=frozenset(str(each["userid"]).lower() for each in _of(given, "allow_userinfos", "user")),
        parties=frozenset(map(int, _of(given, "allow_partys", "partyid"))),
        tags=frozenset(map(int, _of(given, "allow_tags", "tagid"))),
        disabled=given.get("close") == 1,
        domain=str(given.get("redirect_domain") or ""),
    )


def _of(given: Mapping[str, Any], field: str, inner: str) -> list[Any]:
    found = (given.get(field) or {}).get(inner)
    return list(found) if isinstance(found, list) else []
