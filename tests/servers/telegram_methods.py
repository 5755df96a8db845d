"""The methods of the Bot API that the bot may use, as its documentation says; anything else is a violation."""

import asyncio
import json
import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from bot.clock import Clock
from tests.servers.telegram_commands import Scope, read_commands, read_scope
from tests.servers.telegram_messages import Chat, No, Posted, read_buttons, read_field, read_text
from tests.servers.telegram_rates import COUNTED, Gauge, Rates
from tests.servers.telegram_town import BOT, Town

_PARAMETERS: Mapping[str, tuple[str, str]] = {
    "getMe": ("", ""),
    "getUpdates": ("", "offset limit timeout allowed_updates"),
    "sendMessage": (
        "chat_id text",
        "parse_mode message_thread_id reply_markup link_preview_options reply_parameters disable_notification",
    ),
    "sendDocument": ("chat_id document", "message_thread_id"),
    "sendChatAction": ("chat_id action", "message_thread_id"),
    "editMessageText": ("chat_id message_id text", "parse_mode reply_markup link_preview_options"),
    "editMessageReplyMarkup": ("chat_id message_id", "reply_markup"),
    "deleteMessage": ("chat_id message_id", ""),
    "getFile": ("file_id", ""),
    "answerCallbackQuery": ("callback_query_id", "text show_alert url cache_time"),
    "setMyCommands": ("commands", "scope language_code"),
    "deleteMyCommands": ("", "scope language_code"),
}
_KINDS = {"message", "edited_message", "callback_query", "my_chat_member"}
_DEEP_LINK = re.compile(rf"https://t\.me/{BOT['username']}\?start=[A-Za-z0-9_-]{{1,64}}")
"""The only address that a bot without a game may have a press open (Bot API, answerCallbackQuery)."""
_DELETABLE = 48 * 3_600
_TOO_OLD = "Bad Request: query is too old and response timeout expired or query ID is invalid"


@dataclass(frozen=True)
class Toast:
    """What a presser was told: on the fly, or in an alert that must be closed; or the address that opened."""

    text: str
    alert: bool
    url: str | None = None


class Methods(Town):
    """A town that is spoken to: what it accepted, and what it was asked that no client should ask."""

    def __init__(self, clock: Clock, limits: Rates | None) -> None:
        super().__init__(clock)
        self._gauge = Gauge(limits) if limits else None
        self.accepted: list[Posted] = []
        self.edited: list[Posted] = []
        self.toasts: dict[str, Toast] = {}
        self.deleted: list[tuple[int, int]] = []
        self.commands: dict[Scope, tuple[tuple[str, str], ...]] = {}
        self.uploaded: dict[str, bytes] = {}
        self.violations: list[str] = []
        self.allowed_updates: list[str] | None = None
        self.on_accepted: Callable[[Posted], None] = lambda _: None
        self._poll = 0
        self._methods: Mapping[str, Callable[[Mapping[str, str]], Awaitable[Any]]] = {
            "getMe": self._get_me,
            "getUpdates": self._get_updates,
            "sendMessage": self._send_message,
            "sendDocument": self._send_document,
            "sendChatAction": self._send_chat_action,
            "editMessageText": self._edit_message_text,
            "editMessageReplyMarkup": self._edit_message_reply_markup,
            "deleteMessage": self._delete_message,
            "getFile": self._get_file,
            "answerCallbackQuery": self._answer_callback_query,
            "setMyCommands": self._set_my_commands,
            "deleteMyCommands": self._delete_my_commands,
        }

    async def do(self, method: str, form: Mapping[str, str]) -> Any:
        """The result of a method. Raises No; what no client should ask is noted as a violation besides."""
        wrong = _unexpected(method, form)
        if wrong is not None:
            self.violations.append(wrong)
            raise No(404 if method not in _PARAMETERS else 400, f"Bad Request: {wrong}")
        try:
            if self._gauge is not None and method in COUNTED:
                self._gauge.let_through(int(form["chat_id"]), self._clock.monotonic())
            return await self._methods[method](form)
        except (ValueError, KeyError, TypeError) as error:
            self.violations.append(f"{method}: {error!r}")
            raise No(400, "Bad Request: malformed parameter") from error

    async def _get_me(self, form: Mapping[str, str]) -> dict[str, Any]:
        return BOT | {"can_join_groups": True, "can_read_all_group_messages": not self.privacy}

    async def _get_updates(self, form: Mapping[str, str]) -> list[dict[str, Any]]:
        offset, limit, timeout = (int(form.get(name, default)) for name, default in _POLL)
        if not (1 <= limit <= 100 and 0 <= timeout <= 50):
            raise No(400, "Bad Request: limit or timeout out of range")
        if "allowed_updates" in form:
            self.allowed_updates = json.loads(form["allowed_updates"])
        self._confirm(offset)
        self._poll += 1
        mine, until = self._poll, asyncio.get_running_loop().time() + timeout
        self._wake()
        while not (found := self._waiting(self._wanted)):
            news, left = self._news, until - asyncio.get_running_loop().time()
            if left <= 0:
                break
            await _passes(left, news)
            if mine != self._poll:
                raise No(
                    409,
                    "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running",
                )
        self._again.clear()
        return found[:limit]

    async def _send_message(self, form: Mapping[str, str]) -> dict[str, Any]:
        chat = self._chat(form)
        chat.must_take()
        text, entities = read_text(form)
        field = read_field(form)
        buttons = read_buttons(form) if field is None else ()
        topic = self._topic(chat, form)
        reply_to = self._replied(chat, form)
        at, date = self._loop_time(), self._now()
        posted = Posted(chat.id, chat.number(), text, form["text"], entities, buttons, topic, reply_to, at, date, field)
        if field and chat.kind != "private" and not posted.mentioned:
            raise ValueError("a selective ForceReply that mentions nobody is shown to nobody")
        chat.posted[posted.message_id] = posted
        self.accepted.append(posted)
        self.on_accepted(posted)
        return self._as_json(posted)

    async def _send_document(self, form: Mapping[str, str]) -> dict[str, Any]:
        """A file that is handed over with the request, of up to 50 MB (Bot API, sendDocument)."""
        chat = self._chat(form)
        chat.must_take()
        name, topic = form["document"], self._topic(chat, form)
        if not self.uploaded[name]:
            raise No(400, "Bad Request: file must be non-empty")
        if len(self.uploaded[name]) > 50 * 1024 * 1024:
            raise No(413, "Request Entity Too Large")
        at, date = self._loop_time(), self._now()
        posted = Posted(chat.id, chat.number(), name, name, (), (), topic, None, at, date)
        chat.posted[posted.message_id] = posted
        self.accepted.append(posted)
        self.on_accepted(posted)
        return self._as_json(posted)

    async def _get_file(self, form: Mapping[str, str]) -> dict[str, Any]:
        """Bot API, getFile: files of up to 20 MB; the address that it gives holds for an hour at least."""
        if (file := self.files.get(form["file_id"])) is None:
            raise No(400, "Bad Request: wrong file_id or the file is temporarily unavailable")
        if file.size > 20 * 1024 * 1024:
            raise No(400, "Bad Request: file is too big")
        self.handed_out[file.path] = self._clock.now()
        known = {"file_id": file.id, "file_unique_id": f"u{file.id}"}
        return known | {"file_size": file.size, "file_path": file.path}

    async def _send_chat_action(self, form: Mapping[str, str]) -> bool:
        chat = self._chat(form)
        chat.must_take()
        self._topic(chat, form)
        if form["action"] != "typing":
            raise No(400, "Bad Request: wrong parameter action in request")
        return True

    async def _edit_message_text(self, form: Mapping[str, str]) -> dict[str, Any]:
        text, entities = read_text(form)
        return self._edit(
            form, text=text, html=form["text"], entities=entities, buttons=read_buttons(form), at=self._loop_time()
        )

    async def _edit_message_reply_markup(self, form: Mapping[str, str]) -> dict[str, Any]:
        return self._edit(form, buttons=read_buttons(form), at=self._loop_time())

    def _edit(self, form: Mapping[str, str], **changes: Any) -> dict[str, Any]:
        chat = self._chat(form)
        chat.must_take()
        before = chat.posted.get(int(form["message_id"]))
        if before is None:
            known = int(form["message_id"]) in chat.said
            raise No(400, "Bad Request: message " + ("can't be edited" if known else "to edit not found"))
        if before.field is not None:  # "Updating messages": only without reply_markup or with inline keyboards
            raise No(400, "Bad Request: message can't be edited")
        after = replace(before, **changes)
        if (after.text, after.entities, after.buttons) == (before.text, before.entities, before.buttons):
            raise No(
                400,
                "Bad Request: message is not modified: specified new message content and reply markup are exactly "
                "the same as a current content and reply markup of the message",
            )
        chat.posted[after.message_id] = after
        self.edited.append(after)
        return self._as_json(after) | {"edit_date": self._now()}

    async def _delete_message(self, form: Mapping[str, str]) -> bool:
        """A message of its own, within 48 hours, wherever the bot still is (Bot API, deleteMessage)."""
        chat, number = self._chat(form), int(form["message_id"])
        if chat.moved_to is not None or (chat.refusal and chat.refusal[0] == 403):
            chat.must_take()
        if (posted := chat.posted.get(number)) is None:
            known = number in chat.said
            raise No(400, "Bad Request: message " + ("can't be deleted" if known else "to delete not found"))
        if self._now() - posted.date >= _DELETABLE:
            raise No(400, "Bad Request: message can't be deleted for everyone")
        del chat.posted[number]
        self.deleted.append((chat.id, number))
        return True

    async def _answer_callback_query(self, form: Mapping[str, str]) -> bool:
        query, text = form["callback_query_id"], form.get("text", "")
        if len(text) > 200:
            raise No(400, "Bad Request: MESSAGE_TOO_LONG")
        if (url := form.get("url")) is not None and not _DEEP_LINK.fullmatch(url):
            raise No(400, "Bad Request: URL_INVALID")
        if query not in self._queries:
            raise No(400, _TOO_OLD)
        self._queries.remove(query)
        self.toasts[query] = Toast(text, form.get("show_alert") == "true", url)
        return True

    async def _set_my_commands(self, form: Mapping[str, str]) -> bool:
        self.commands[self._scope(form)] = read_commands(form["commands"])
        return True

    async def _delete_my_commands(self, form: Mapping[str, str]) -> bool:
        self.commands.pop(self._scope(form), None)
        return True

    def _scope(self, form: Mapping[str, str]) -> Scope:
        """Whose commands they are. Raises No where the bot does not know the chat or its member."""
        scope = read_scope(form)
        if scope.chat is None:
            return scope
        chat = self._chats.get(scope.chat)
        if chat is None or (chat.refusal is not None and chat.kind == "private"):
            raise No(400, "Bad Request: chat not found")
        chat.must_take()
        if scope.person is not None and (chat.kind == "private" or scope.person not in chat.members):
            raise No(400, "Bad Request: " + ("can't use the scope in private chats", "user not found")[chat.id < 0])
        return scope

    def _chat(self, form: Mapping[str, str]) -> Chat:
        chat = self._chats.get(int(form["chat_id"]))
        if chat is None:
            raise No(400, "Bad Request: chat not found")
        return chat

    @staticmethod
    def _topic(chat: Chat, form: Mapping[str, str]) -> int | None:
        topic = int(form["message_thread_id"]) if chat.topics and "message_thread_id" in form else None
        if topic is not None and topic not in chat.topics:
            raise No(400, "Bad Request: message thread not found")
        if topic in chat.closed:
            raise No(400, "Bad Request: TOPIC_CLOSED")
        return topic

    def _replied(self, chat: Chat, form: Mapping[str, str]) -> int | None:
        if "reply_parameters" not in form:
            return None
        wanted = json.loads(form["reply_parameters"])
        if wanted["message_id"] in chat.posted or wanted["message_id"] in chat.said:
            return int(wanted["message_id"])
        if not wanted.get("allow_sending_without_reply"):
            raise No(400, "Bad Request: message to be replied not found")
        return None

    def _wanted(self, update: Mapping[str, Any]) -> bool:
        return (
            not self.allowed_updates
            or not (_KINDS & update.keys())
            or any(kind in update for kind in self.allowed_updates)
        )

    @staticmethod
    def _loop_time() -> float:
        return asyncio.get_running_loop().time()


_POLL = (("offset", "0"), ("limit", "100"), ("timeout", "0"))


def _unexpected(method: str, form: Mapping[str, str]) -> str | None:
    if method not in _PARAMETERS:
        return f"unexpected method {method}"
    required, optional = (set(names.split()) for names in _PARAMETERS[method])
    if missing := required - form.keys():
        return f"{method} without {sorted(missing)}"
    if unknown := form.keys() - required - optional:
        return f"{method} with unknown {sorted(unknown)}"
    return None


async def _passes(seconds: float, unless: asyncio.Event) -> None:
    try:
        await asyncio.wait_for(unless.wait(), seconds)
    except TimeoutError:
        return
