"""The town that a local Telegram serves: its chats, its people, and what they do, which the bot hears as updates."""

import asyncio
import re
from collections import deque
from collections.abc import Iterable, Mapping
from itertools import count
from typing import Any

from bot.clock import Clock
from tests.servers.telegram_messages import Chat, Person, Posted

ANONYMOUS_ADMIN = 1087968824
BOT = {"id": 10001, "is_bot": True, "first_name": "更夫", "username": "GengfuBot"}


class Town:
    """Chats and people. Only what is declared exists."""

    def __init__(self, clock: Clock) -> None:
        self.privacy = True
        """Whether the bot sees only commands, replies to it and private chats, as is Telegram's default."""
        self._clock = clock
        self._chats: dict[int, Chat] = {}
        self._people: dict[int, Person] = {}
        self._updates: deque[dict[str, Any]] = deque()
        self._update_ids = count(700_001)
        self._query_ids = count(900_001)
        self._queries: set[str] = set()
        self._news = asyncio.Event()

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
        self._membership(where, by, "member", "kicked")

    def invite(self, chat: int, by: int = 777) -> None:
        """Take the bot in again; in a private chat: press Start."""
        where = self._chats[chat]
        where.refusal = None
        self._membership(where, by, "left", "member")

    def sends(self, content: Mapping[str, Any]) -> int:
        """Put an update in the queue, whatever is in it; returns its id."""
        number = next(self._update_ids)
        self._updates.append({"update_id": number, **content})
        self._wake()
        return number

    def forget(self) -> None:
        """Drop all updates that nobody fetched, as Telegram does after a day."""
        self._updates.clear()

    def expire(self, query: str) -> None:
        """A press that was not answered within seconds can no longer be."""
        self._queries.discard(query)

    def _present(self, person: int, chat: int) -> tuple[Chat, Person]:
        where = self._chats[chat]
        if person not in where.members:
            raise ValueError(f"{person} is not in {chat}, and could do nothing there")
        return where, self._people[person]

    def _membership(self, chat: Chat, by: int, before: str, after: str) -> None:
        who = self._people.get(by, Person(by, "群主"))
        states = {
            name: {"user": BOT, "status": status, **({"until_date": 0} if status == "kicked" else {})}
            for name, status in (("old_chat_member", before), ("new_chat_member", after))
        }
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
