"""What came in from a platform, in the one form that is on disk before the platform is told that we have it."""

from typing import Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict

BY_LINK = "link"
"""The platform of who answers by a link. Where anybody may, nobody knows who that was but by the name that they give:
the person is `link:CHAT`, all who have the link of a chat.
"""


class Attachment(BaseModel):
    """A photo or a file that came with a message: `ref` is what the channel needs to fetch it, `size` its bytes where
    the platform tells.
    """

    model_config = ConfigDict(frozen=True)

    kind: Literal["photo", "file"]
    ref: str
    name: str | None = None
    size: int | None = None


class Inbound(BaseModel):
    """A press, a typed text, a command, or a change of a chat.

    The bot `left` where it can write no more (thrown out, blocked, muted) and `joined` where it
    can again (taken in, its voice given back, a closed topic opened).

    `id` is unique a platform, so that a repetition is known. `person` is `telegram:2001`; `anonymous` marks one
    who cannot be told from others (a group's anonymous admin, a channel). `address` is the chat's, in the
    channel's canonical form; `message_id` the message that was pressed or replied to. `data` is the button's;
    `reply_to` is what the channel needs to answer just this (a callback query's id, a message's id).
    """

    model_config = ConfigDict(frozen=True)

    platform: str
    id: str
    at: AwareDatetime
    kind: Literal["press", "text", "command", "moved", "joined", "left"]
    person: str
    person_name: str | None = None
    anonymous: bool = False
    address: str
    private: bool = False
    message_id: str | None = None
    data: str | None = None
    text: str | None = None
    reply_to: str | None = None
    new_address: str | None = None
    attachment: Attachment | None = None

    @property
    def key(self) -> str:
        """Platform and id: what must never count twice."""
        return f"{self.platform}:{self.id}"
