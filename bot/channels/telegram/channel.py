"""Telegram as a channel: sends, edits, receives and answers through python-telegram-bot's `Bot`."""

import logging
import ssl
from collections.abc import Awaitable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from typing import Any, TypeVar

import httpx
from pydantic import SecretStr
from telegram import (
    Bot,
    BotCommandScope,
    BotCommandScopeChat,
    BotCommandScopeChatMember,
    BotCommandScopeDefault,
    ForceReply,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    LinkPreviewOptions,
    ReplyParameters,
    Update,
)
from telegram import File as SentFile
from telegram.constants import ChatAction, ParseMode

from bot.channels.protocol import Batch, Button, File, Menu, Message, Receipt
from bot.channels.telegram import failures, markup, updates
from bot.channels.telegram.platform import Place, TelegramPlatform
from bot.channels.telegram.wire import Polls, Wire, quieten, redactor
from bot.channels.urls import is_loopback, read_base
from bot.clock import Clock
from bot.errors import ChannelDown, Refused, SettingsError
from bot.language import sentence
from bot.ledger.inbound import Attachment, Inbound
from bot.renderer.templates import escaped

T = TypeVar("T")
Rows = tuple[tuple[Button, ...], ...]

_log = logging.getLogger(__name__)
_TOAST = 200
_GLANCE = 40
_HINT = 64
_MOST_UPDATES = 100
"""So many are handed out at once (Bot API, getUpdates)."""


@dataclass(frozen=True)
class Patience:
    """For how long to wait: for a connection, for an answer, and (whole seconds) for something to come in."""

    connect: timedelta = timedelta(seconds=10)
    answer: timedelta = timedelta(seconds=20)
    poll: timedelta = timedelta(seconds=25)


class TelegramChannel(TelegramPlatform):
    """Telegram through one bot. It paces nothing and repeats nothing: the outbox does.

    The token stands in every URL of the Bot API, so no error of the library leaves this class, only its translation.
    """

    exclusive = False
    hears_alone = False

    def __init__(
        self,
        token: SecretStr,
        clock: Clock,
        *,
        api_base: str = "https://api.telegram.org",
        proxy: str | None = None,
        patience: Patience = Patience(),
        httpx_kwargs: Mapping[str, Any] | None = None,
    ) -> None:
        """A loopback `api_base` obeys no `HTTPS_PROXY` of the environment; `httpx_kwargs` go to the HTTP client as
        they are. Raises `SettingsError` where there is no token, or `api_base` or `proxy` cannot be used.
        """
        quieten()
        base = read_base(api_base, ("http", "https"), sentence("telegram.api-base"))
        secret = token.get_secret_value().strip()
        if not secret:
            raise SettingsError(sentence("telegram.token-refused"))
        trusting = not is_loopback(base)
        client = {"trust_env": trusting, "verify": _certificates(trusting), **(httpx_kwargs or {})}
        self._redact = redactor(secret)
        self._calls = _wire(Wire, 256, proxy, patience, client)
        self._polls = _wire(Polls, 1, proxy, patience, client)
        self._bot = Bot(
            secret,
            base_url=f"{base}/bot",
            base_file_url=f"{base}/file/bot",
            request=self._calls,
            get_updates_request=self._polls,
        )
        self._clock = clock
        self._poll = patience.poll
        self._username: str | None = None

    async def open(self) -> None:
        """Ask who the bot is. Raises `NotSent` where Telegram does not answer, `ChannelDown` for a wrong token."""
        await self._calls.initialize()
        await self._polls.initialize()
        self._username = (await self._asked(self._bot.get_me())).username

    async def close(self) -> None:
        """Let go of connections, also where it was never opened."""
        await self._calls.shutdown()
        await self._polls.shutdown()

    async def send(self, address: str, message: Message) -> Receipt:
        """Send one message to a chat or a topic, its links without previews. Raises `SendError`."""
        return await self._post(Place.read(address), message)

    async def send_file(self, address: str, file: File) -> Receipt:
        """A document of up to 50 MB (Bot API, sendDocument). Raises `SendError`."""
        place = Place.read(address)
        try:
            sent = await self._bot.send_document(
                place.chat, file.content, filename=file.name, message_thread_id=place.topic
            )
            return Receipt(str(sent.message_id))
        except Exception as error:  # noqa: BLE001 - as in _post
            problem = failures.in_our_words(error, self._redact)
        raise problem

    async def edit(self, address: str, message_id: str, message: Message) -> None:
        """Replace text and buttons. Raises `SendError`; a repetition is harmless, also of an `Uncertain` edit."""
        if not message_id.isdecimal():
            raise Refused(sentence("telegram.not-editable"))
        await self._done(
            self._bot.edit_message_text(
                markup.to_html(message.text),
                chat_id=Place.read(address).chat,
                message_id=int(message_id),
                parse_mode=ParseMode.HTML,
                reply_markup=_keyboard(message.buttons),
                link_preview_options=LinkPreviewOptions(is_disabled=True),
            ),
            "message is not modified",
        )

    async def delete(self, address: str, message_id: str) -> None:
        """Take a message down, for 48 hours after it was sent (Bot API, deleteMessage). Raises `SendError`."""
        if not message_id.isdecimal():
            raise Refused(sentence("telegram.not-editable"))
        await self._done(
            self._bot.delete_message(chat_id=Place.read(address).chat, message_id=int(message_id)),
            "message to delete not found",
        )

    async def fetch(self, attachment: Attachment) -> bytes:
        """A photo or file by its `file_id`, up to the 20 MB that Telegram lets a bot load (Bot API, getFile). Raises
        `SendError`.
        """
        try:
            file = await self._bot.get_file(attachment.ref)
        except Exception as error:  # noqa: BLE001 - as in _post
            too_big = failures.says(error, "file is too big")
            problem = failures.harmless_to_repeat(failures.in_our_words(error, self._redact))
        else:
            return await self._downloaded(file)
        raise Refused(sentence("telegram.file-too-big")) if too_big else problem

    async def receive(self, offset: str | None) -> Batch:
        """Wait for updates after `offset`, up to the patience for a poll; what cannot be read is skipped. Raises
        `NotSent`, also while another program receives with the same token, or `ChannelDown`.
        """
        came = await self._asked(
            self._bot.get_updates(
                offset=None if offset is None else int(offset), timeout=self._poll, allowed_updates=updates.WANTED
            )
        )
        return Batch(
            updates.in_turn(each for update in came if (each := self._read(update)) is not None),
            str(max(update.update_id for update in came) + 1) if came else offset,
            is_full=len(came) >= _MOST_UPDATES,
        )

    async def answer(self, inbound: Inbound, text: str, buttons: Rows = (), opens: str | None = None) -> Receipt | None:
        """A press is answered on the presser's screen alone, and only within seconds: later it is let be. Buttons
        need a message in the chat, which names the person; so does the answer to what was typed, and in their own chat
        what `opens` names. Raises `SendError`.
        """
        place = Place.read(inbound.address)
        if inbound.kind != "press":
            return await self._post(place, Message(text, buttons), inbound.reply_to)
        if opens and not inbound.private and (link := self.link(opens)):
            await self._toast(inbound, url=link)
            return None
        if buttons or opens:
            await self._toast(inbound)
            return await self._post(place, Message(_addressed(inbound, text), buttons), inbound.message_id)
        said = markup.shortened(markup.to_plain(text), _TOAST)
        await self._toast(inbound, text=said or None, show_alert=markup.units(said) > _GLANCE)
        return None

    def link(self, opens: str) -> str | None:
        """`t.me/BOT?start=WORD` (Bot API, "Deep linking"): at most 64 of `A-Za-z0-9_-`."""
        return f"https://t.me/{self._username}?start={opens}" if self._username else None

    def own_chat(self, person: str) -> str | None:
        """Somebody's own chat has their number; the bot may write there once they have pressed Start."""
        return person.removeprefix("telegram:") if person.startswith("telegram:") else None

    async def offer(self, menu: Menu) -> None:
        """One scope in one language (Bot API, "BotCommandScope"): a chat, a member of it, or whoever has none of their
        own. Raises `SendError`.
        """
        where = _scope(menu)
        if menu.commands:
            await self._asked(self._bot.set_my_commands(menu.commands, where, menu.lang))
        else:
            await self._asked(self._bot.delete_my_commands(where, menu.lang))

    async def can_tell(self, address: str, text: str) -> bool | None:
        """Never: the Bot API reads no history."""
        del address, text
        return None

    async def reachable(self, address: str) -> bool:
        """Whether Telegram would take a message: it lets the bot show there that it is typing, which asks for the same
        right and leaves nothing behind.
        """
        place = Place.read(address)
        try:
            await self._asked(self._bot.send_chat_action(place.chat, ChatAction.TYPING, message_thread_id=place.topic))
        except ChannelDown:
            raise
        except Refused:
            return False
        return True

    async def _downloaded(self, file: SentFile) -> bytes:
        """Its address holds for an hour; one that is not found is gone, and no word on the token."""
        try:
            return bytes(await file.download_as_bytearray())
        except Exception as error:  # noqa: BLE001 - as in _post
            problem = failures.harmless_to_repeat(failures.in_our_words(error, self._redact))
        raise Refused(sentence("service.attachment-gone")) if isinstance(problem, ChannelDown) else problem

    async def _post(self, place: Place, message: Message, reply_to: str | None = None) -> Receipt:
        try:
            sent = await self._bot.send_message(
                place.chat,
                markup.to_html(message.text),
                parse_mode=ParseMode.HTML,
                message_thread_id=place.topic,
                reply_markup=_keyboard(message.buttons) or _field(message.field),
                link_preview_options=LinkPreviewOptions(is_disabled=True),
                reply_parameters=ReplyParameters(int(reply_to), allow_sending_without_reply=True) if reply_to else None,
            )
            return Receipt(str(sent.message_id))
        except Exception as error:  # noqa: BLE001 - once a request may have left, whatever happens is a result
            problem = failures.in_our_words(error, self._redact)
        raise problem

    async def _toast(self, inbound: Inbound, **what: Any) -> None:
        await self._done(self._bot.answer_callback_query(inbound.reply_to or "", **what), "query is too old")

    async def _done(self, request: Awaitable[object], unless: str) -> None:
        try:
            await request
            return
        except Exception as error:  # noqa: BLE001 - as in _post
            if failures.says(error, unless):
                return
            problem = failures.in_our_words(error, self._redact)
        raise problem

    async def _asked(self, request: Awaitable[T]) -> T:
        try:
            return await request
        except Exception as error:  # noqa: BLE001 - as in _post
            problem = failures.harmless_to_repeat(failures.in_our_words(error, self._redact))
        raise problem

    def _read(self, update: Update) -> Inbound | None:
        try:
            return updates.read(update, self._username, self._clock.now())
        except Exception as error:  # noqa: BLE001 - one update that nobody foresaw must not hold up the rest
            _log.warning("update %s cannot be used and is skipped: %s", update.update_id, type(error).__name__)
            return None


def _wire(kind: type[Wire], connections: int, proxy: str | None, patience: Patience, client: dict[str, Any]) -> Wire:
    wait = patience.answer.total_seconds()
    try:
        return kind(
            connection_pool_size=connections,
            connect_timeout=patience.connect.total_seconds(),
            read_timeout=wait,
            write_timeout=wait,
            pool_timeout=wait,
            proxy=proxy,
            httpx_kwargs=client,
        )
    except (ValueError, RuntimeError, ImportError):
        raise SettingsError(sentence("telegram.proxy")) from None


@cache
def _certificates(trust_env: bool) -> ssl.SSLContext:
    """The machine's certificates, read once: that takes longer than many a request."""
    return httpx.create_ssl_context(trust_env=trust_env)


def _keyboard(rows: Rows) -> InlineKeyboardMarkup | None:
    if not rows:
        return None
    return InlineKeyboardMarkup([[_button(each) for each in row] for row in rows])


def _button(button: Button) -> InlineKeyboardButton:
    if button.url:
        return InlineKeyboardButton(button.label, url=button.url)
    return InlineKeyboardButton(button.label, callback_data=button.data)


def _field(hint: str | None) -> ForceReply | None:
    """Opens a reply to whom the text mentions (Bot API, "ForceReply"): in a group the bot would not see one that quotes
    nothing. A hint has at most 64 characters.
    """
    return ForceReply(selective=True, input_field_placeholder=hint[:_HINT]) if hint else None


def _scope(menu: Menu) -> BotCommandScope:
    if menu.address is None:
        return BotCommandScopeDefault()
    chat = Place.read(menu.address).chat
    if menu.person is None:
        return BotCommandScopeChat(chat)
    return BotCommandScopeChatMember(chat, int(menu.person.removeprefix("telegram:")))


def _addressed(inbound: Inbound, text: str) -> str:
    if inbound.private or not inbound.person_name:
        return text
    return f"[{escaped(inbound.person_name)}](person:{inbound.person}) {text}"
