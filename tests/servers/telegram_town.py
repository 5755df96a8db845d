"""The town that a local Telegram serves: its chats, its people, and what they do, which the bot hears as updates."""

import asyncio
import re
from collections import deque
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import count
from random import Random
from typing import Any

from bot.clock import Clock
from tests.servers.telegram_messages import Chat, Person, Posted

ANONYMOUS_ADMIN = 1087968824
_AHEAD = 10
BOT = {"id": 10001, "is_bot": True, "first_name": "更夫", "username": "GengfuBot"}

_SENDING = "audios documents photos videos video_notes voice_notes polls other_messages"
_RIGHTS = (
    *(f"can_send_{each}" for each in _SENDING.split()),
    *("can_add_web_page_previews", "can_change_info", "can_invite_users", "can_pin_messages", "can_manage_topics"),
    *("can_edit_tag", "can_react_to_messages"),
)
_POWERS = (
    *("can_be_edited", "is_anonymous", "can_manage_chat", "can_delete_messages", "can_manage_video_chats"),
    *("can_restrict_members", "can_promote_members", "can_change_info", "can_invite_users"),
    *("can_post_stories", "can_edit_stories", "can_delete_stories"),
)


@dataclass(frozen=True)
class Attached:
    """A photo or a file that somebody sent."""

    id: str
    content: bytes
    size: int
    name: str | None

    @property
    def path(self) -> str:
        return f"documents/{self.id}.bin" if self.name else f"photos/{self.id}.jpg"


class Town:
    """Chats and people. Only what is declared exists."""

    def __init__(self, clock: Clock) -> None:
        self.privacy = True
        """Whether the bot sees only commands, replies to it and private chats, as is Telegram's default."""
        self._clock = clock
        self._chats: dict[int, Chat] = {}
        self._people: dict[int, Person] = {}
        self._updates: deque[tuple[datetime, dict[str, Any]]] = deque()
        self._past: dict[int, dict[str, Any]] = {}
        self._again: list[dict[str, Any]] = []
        self._newest, self._newest_at = 700_000, clock.now()
        self._query_ids = count(900_001)
        self._queries: set[str] = set()
        self._news = asyncio.Event()
        self.files: dict[str, Attached] = {}
        self.handed_out: dict[str, datetime] = {}
        """Since when each file may be loaded from its path."""

    def person(self, id_: int, name: str, *, started: bool = True) -> None:
        """Declare somebody, and their private chat with the bot; without `started` the bot may not write there."""
        self._people[id_] = Person(id_, name)
        self._chats[id_] = Chat(id_, "private", name, {id_})
        if not started:
            self._chats[id_].refusal = (403, "Forbidden: bot can't initiate conversation with a user")

    def group(
        self,
        id_: int,
        title: str,
        *,
        members: Iterable[int] = (),
        topics: Iterable[int] = (),
        kind: str = "supergroup",
    ) -> None:
        """Declare a group that the bot is in; members that nobody declared get a name and no private chat."""
        self._chats[id_] = Chat(id_, kind, title, set(members), set(topics))
        for member in self._chats[id_].members:
            self._people.setdefault(member, Person(member, f"用户{member}"))

    def shown(self, chat: int) -> list[Posted]:
        """The bot's messages in a chat as they stand now."""
        return list(self._chats[chat].posted.values())

    def press(self, person: int, chat: int, message_id: int, data: str) -> str:
        """Press a button, also one that no message has, as a client can; returns the query's id."""
        where, who = self._present(person, chat)
        query = str(next(self._query_ids))
        self._queries.add(query)
        message: dict[str, Any] = {"chat": where.as_json(), "message_id": message_id, "date": 0}
        if message_id in where.posted:
            message = self._as_json(where.posted[message_id])
        content = {"id": query, "from": who.as_json(), "chat_instance": str(chat), "message": message, "data": data}
        self.sends({"callback_query": content})
        return query

    def types(
        self,
        person: int,
        chat: int,
        text: str,
        *,
        reply_to: int | None = None,
        topic: int | None = None,
        anonymous: bool = False,
    ) -> int:
        """Type a message; returns its id. With privacy mode the bot does not see all of them."""
        where, who = self._present(person, chat)
        number = where.number()
        sender: dict[str, Any] = {"from": who.as_json()}
        if anonymous:
            admin = {"id": ANONYMOUS_ADMIN, "is_bot": True, "first_name": "Group", "username": "GroupAnonymousBot"}
            sender = {"from": admin, "sender_chat": where.as_json()}
        content = self._message(where, number, text=text, **sender, **_in_topic(topic))
        if command := re.match(r"/\w+(?:@\w+)?", text, re.ASCII):
            content["entities"] = [{"type": "bot_command", "offset": 0, "length": command.end()}]
        quoted = where.posted.get(reply_to) if reply_to is not None else None
        if quoted is not None:
            content["reply_to_message"] = self._as_json(quoted)
        elif reply_to is not None:
            content["reply_to_message"] = where.said[reply_to]
        where.said[number] = content
        if not self.privacy or where.kind == "private" or quoted is not None or command is not None:
            self.sends({"message": content})
        return number

    def attaches(
        self,
        person: int,
        chat: int,
        content: bytes,
        *,
        name: str | None = None,
        caption: str | None = None,
        reply_to: int | None = None,
        size: int | None = None,
    ) -> str:
        """Send a photo, or by its name a file, with a caption or without; returns its file's id. What it weighs can be
        said, so that no test has to hold 20 MB.
        """
        where, who = self._present(person, chat)
        file = Attached(f"AgAC{len(self.files)}", content, len(content) if size is None else size, name)
        self.files[file.id] = file
        small = {"file_id": f"{file.id}s", "file_unique_id": "s", "width": 90, "height": 67, "file_size": 1_200}
        large = {"file_id": file.id, "file_unique_id": "l", "width": 1280, "height": 960, "file_size": file.size}
        what: dict[str, Any] = {"photo": [small, large]}
        if name is not None:
            about = {"file_id": file.id, "file_unique_id": "f", "file_name": name, "file_size": file.size}
            what = {"document": about}
        number = where.number()
        sent = self._message(where, number, **{"from": who.as_json()}, **what)
        sent |= {"caption": caption} if caption else {}
        quoted = where.posted.get(reply_to) if reply_to is not None else None
        if quoted is not None:
            sent["reply_to_message"] = self._as_json(quoted)
        where.said[number] = sent
        if not self.privacy or where.kind == "private" or quoted is not None:
            self.sends({"message": sent})
        return file.id

    def loaded(self, path: str) -> bytes | None:
        """What a file holds, where its path was handed out within the last hour."""
        since = self.handed_out.get(path)
        if since is None or self._clock.now() - since > timedelta(hours=1):
            return None
        return next(file.content for file in self.files.values() if file.path == path)

    def corrects(self, chat: int, message_id: int, text: str) -> None:
        """Edit what was typed."""
        where = self._chats[chat]
        where.said[message_id] = where.said[message_id] | {"text": text, "edit_date": self._now()}
        self.sends({"edited_message": where.said[message_id]})

    def migrate(self, old: int, new: int) -> None:
        """A group becomes a supergroup: its members move, its messages can no longer be edited."""
        before = self._chats[old]
        self.group(new, before.title, members=before.members)
        before.moved_to = new
        who = {"from": self._people[min(before.members)].as_json()} if before.members else {}
        self.sends({"message": self._message(before, before.number(), migrate_to_chat_id=new, **who)})
        after = self._chats[new]
        self.sends({"message": self._message(after, after.number(), migrate_from_chat_id=old, **who)})

    def kick(self, chat: int, by: int = 777) -> None:
        """Throw the bot out; in a private chat: block it."""
        where = self._chats[chat]
        kind = "group" if where.kind == "group" else "supergroup"
        said = "bot was blocked by the user" if where.kind == "private" else f"bot was kicked from the {kind} chat"
        where.refusal = (403, f"Forbidden: {said}")
        self._becomes(where, by, {"status": "kicked", "until_date": 0})

    def invite(self, chat: int, by: int = 777) -> None:
        """Take the bot in again, with all its rights; in a private chat: press Start."""
        where = self._chats[chat]
        where.refusal = None
        self._becomes(where, by, {"status": "member"})

    def mute(self, chat: int, by: int = 777, *, can_send_messages: bool = False) -> None:
        """Restrict the bot's rights, and above all this one."""
        where = self._chats[chat]
        refusal = (400, "Bad Request: not enough rights to send text messages to the chat")
        where.refusal = None if can_send_messages else refusal
        rights = dict.fromkeys(_RIGHTS, False) | {"can_send_messages": can_send_messages}
        self._becomes(where, by, {"status": "restricted", "is_member": True, "until_date": 0, **rights})

    def promote(self, chat: int, by: int = 777) -> None:
        """Make the bot an administrator."""
        self._becomes(self._chats[chat], by, {"status": "administrator", **dict.fromkeys(_POWERS, False)})

    def close(self, chat: int, topic: int) -> None:
        """Close a topic to everybody but admins."""
        self._chats[chat].closed.add(topic)
        self._tells(chat, topic, forum_topic_closed={})

    def reopen(self, chat: int, topic: int) -> None:
        """Open it again."""
        self._chats[chat].closed.discard(topic)
        self._tells(chat, topic, forum_topic_reopened={})

    def _tells(self, chat: int, topic: int, **what: Any) -> None:
        where = self._chats[chat]
        who = self._people[min(where.members)].as_json()
        self.sends({"message": self._message(where, where.number(), **{"from": who}, **_in_topic(topic), **what)})

    def sends(self, content: Mapping[str, Any]) -> int:
        """Put an update in the queue, whatever is in it; returns its id, one more than the last, or any after a week
        without one (Bot API, "Update").
        """
        now = self._clock.now()
        quiet, self._newest_at = now - self._newest_at, now
        self._newest = Random(self._newest).randrange(1, 2**31) if quiet >= timedelta(weeks=1) else self._newest + 1
        self._past[self._newest] = {"update_id": self._newest, **content}
        self._updates.append((now, self._past[self._newest]))
        self._wake()
        return self._newest

    def repeat(self, update_id: int) -> None:
        """Hand out an update once more, also one that was confirmed."""
        self._again.append(self._past[update_id])
        self._wake()

    def forget(self) -> None:
        """Drop all updates that nobody fetched."""
        self._updates.clear()

    def forget_updates(self) -> None:
        """Drop the updates that waited for more than a day, as Telegram does."""
        while self._updates and self._clock.now() - self._updates[0][0] > timedelta(days=1):
            self._updates.popleft()

    def _confirm(self, offset: int) -> None:
        """Drop what comes before this id. One that is far ahead of the newest is none that was ever given out (the ids
        began anew), and the server begins with what it has.
        """
        if offset <= self._newest + _AHEAD:
            self._updates = deque(each for each in self._updates if each[1]["update_id"] >= offset)

    def _waiting(self, wanted: Callable[[Mapping[str, Any]], bool]) -> list[dict[str, Any]]:
        return [*self._again, *(each for _, each in self._updates if wanted(each))]

    def expire(self, query: str) -> None:
        """A press that was not answered within seconds can no longer be."""
        self._queries.discard(query)

    def _present(self, person: int, chat: int) -> tuple[Chat, Person]:
        where = self._chats[chat]
        if person not in where.members:
            raise ValueError(f"{person} is not in {chat}, and could do nothing there")
        return where, self._people[person]

    def _becomes(self, chat: Chat, by: int, after: dict[str, Any]) -> None:
        who, before, chat.standing = self._people.get(by, Person(by, "群主")), chat.standing, after
        states = {"old_chat_member": {"user": BOT, **before}, "new_chat_member": {"user": BOT, **after}}
        self.sends({"my_chat_member": {"chat": chat.as_json(), "from": who.as_json(), "date": self._now(), **states}})

    def _message(self, chat: Chat, number: int, **content: Any) -> dict[str, Any]:
        return {"message_id": number, "date": self._now(), "chat": chat.as_json(), **content}

    def _as_json(self, posted: Posted) -> dict[str, Any]:
        entities = [
            {"type": e.type, "offset": e.offset, "length": e.length, **({"url": e.url} if e.url else {})}
            for e in posted.entities
        ]
        rows = [[{"text": label, "callback_data": data} for label, data in row] for row in posted.buttons]
        return self._message(
            self._chats[posted.chat],
            posted.message_id,
            text=posted.text,
            entities=entities,
            **{"from": BOT},
            **({"reply_markup": {"inline_keyboard": rows}} if rows else {}),
            **_in_topic(posted.topic),
        )

    def _wake(self) -> None:
        self._news.set()
        self._news = asyncio.Event()

    def _now(self) -> int:
        return int(self._clock.now().timestamp())


def _in_topic(topic: int | None) -> dict[str, Any]:
    return {"message_thread_id": topic, "is_topic_message": True} if topic else {}
