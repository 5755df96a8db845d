"""Which channel carries which chat, at which address."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from bot.channels.protocol import Channel


@dataclass(frozen=True)
class Route:
    """A chat's way out. `stands_for` is the platform whose wording it gets where a rehearsal plays it elsewhere."""

    channel: Channel
    address: str
    stands_for: str | None = None

    @property
    def platform(self) -> str:
        """The platform for which messages are worded."""
        return self.stands_for or self.channel.name

    @property
    def presses(self) -> bool:
        """Whether the press of a button comes back from there."""
        return self.channel.presses(self.address)


@dataclass
class Routes:
    """Every chat's route by the chat's id, admins' own chats (`telegram:1001`) included; replaced at each edit.

    `moved` remembers where a platform said that a chat went (`platform:old address` to the new one).
    """

    table: Mapping[str, Route] = field(default_factory=dict)
    moved: dict[str, str] = field(default_factory=dict)

    def to(self, chat: str) -> Route | None:
        """The way to a chat, None where there is none at present."""
        if (route := self.table.get(chat)) is None:
            return None
        return replace(route, address=self._followed(route))

    def chat_at(self, platform: str, address: str) -> str | None:
        """The chat that has this address, or had it before it moved."""
        for chat, route in self.table.items():
            if route.channel.name == platform and address in (route.address, self._followed(route)):
                return chat
        return None

    def chats_in(self, platform: str, address: str) -> tuple[str, ...]:
        """The chats that are gone where this place is: the one that has the address, and its topics (`address/7`)."""
        return tuple(
            chat
            for chat, route in self.table.items()
            if route.channel.name == platform
            and any(f"{each}/".startswith(f"{address}/") for each in (route.address, self._followed(route)))
        )

    def _followed(self, route: Route) -> str:
        """Where a chat is after all its moves; one that leads back to where it came from is not followed."""
        address, seen = route.address, {route.address}
        while (new := self.moved.get(f"{route.channel.name}:{address}")) and new not in seen:
            seen.add(new)
            address = new
        return address
