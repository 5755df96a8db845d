"""Which channel carries which chat, at which address."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from bot.channels.protocol import Channel


@dataclass(frozen=True)
class Route:
    """A chat's way out."""

    channel: Channel
    address: str


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
        address = self.moved.get(f"{route.channel.name}:{route.address}", route.address)
        return Route(route.channel, address)

    def chat_at(self, platform: str, address: str) -> str | None:
        """The chat that has this address."""
        for chat in self.table:
            route = self.to(chat)
            if route and route.channel.name == platform and route.address == address:
                return chat
        return None
