"""A Telegram update becomes an `Inbound`, or nothing where it concerns nobody here."""

import re
from collections.abc import Iterable
from datetime import datetime, timedelta

from telegram import (
    CallbackQuery,
    ChatMember,
    ChatMemberBanned,
    ChatMemberLeft,
    ChatMemberRestricted,
    ChatMemberUpdated,
    Message,
    Update,
    User,
)

from bot.channels.telegram.platform import Place
from bot.ledger.inbound import Attachment, Inbound

WANTED = ("message", "edited_message", "callback_query", "my_chat_member")
"""The kinds of updates to ask for."""

_KEPT = timedelta(hours=24)
_SLIP = timedelta(minutes=5)
_COMMAND = re.compile(r"/(?P<name>[A-Za-z0-9_]{1,32})(?:@(?P<bot>\w+))?(?P<rest>\s.*)?", re.DOTALL)


def read(update: Update, username: str | None, now: datetime) -> Inbound | None:
    """What came in. A message's own date counts where it is of the last 24 hours (Telegram keeps nothing older);
    a press bears none and counts as of `now`. A photo or file comes with its caption; without one it concerns the bot
    only where it answers a message.

    A typed text that is corrected within five minutes counts as typed again; a command that is edited does not.
    """
    if update.callback_query:
        return _pressed(update.update_id, update.callback_query, now)
    if update.message:
        return _said(update.update_id, update.message, username, now)
    if update.edited_message:
        return _corrected(update.update_id, update.edited_message, username, now)
    if update.my_chat_member:
        return _came_or_went(update.update_id, update.my_chat_member, now)
    return None


def in_turn(came: Iterable[Inbound]) -> tuple[Inbound, ...]:
    """What came in together, nothing dated after what was said later: Telegram hands it out in order, and a press that
    waited for a bot which was away was before the word that waited behind it.
    """
    found: list[Inbound] = []
    for each in reversed(tuple(came)):
        at = min(each.at, found[-1].at) if found else each.at
        found.append(each.model_copy(update={"at": at}))
    return tuple(reversed(found))


def _pressed(update_id: int, query: CallbackQuery, now: datetime) -> Inbound | None:
    message = query.message
    if message is None or query.data is None:
        return None
    place = _place(message) if isinstance(message, Message) else Place(message.chat.id)
    return Inbound(
        platform="telegram",
        id=str(update_id),
        at=now,
        kind="press",
        person=_person(query.from_user.id),
        person_name=query.from_user.full_name,
        anonymous=query.from_user.is_bot,
        address=str(place),
        private=message.chat.type == "private",
        message_id=str(message.message_id),
        data=query.data,
        reply_to=query.id,
    )


def _said(update_id: int, message: Message, username: str | None, now: datetime) -> Inbound | None:
    sender = message.sender_chat or message.from_user or message.chat
    common = {
        "platform": "telegram",
        "id": str(update_id),
        "at": _when(message.date, now),
        "person": _person(sender.id),
        "person_name": sender.full_name if isinstance(sender, User) else sender.effective_name,
        "anonymous": not isinstance(sender, User) or sender.is_bot,
        "address": str(_place(message)),
        "private": message.chat.type == "private",
    }
    if message.migrate_to_chat_id:
        return Inbound.model_validate(common | {"kind": "moved", "new_address": str(message.migrate_to_chat_id)})
    if message.forum_topic_reopened:
        return Inbound.model_validate(common | {"kind": "joined"})
    text = _without_mention(message.text or message.caption or "", username)
    attachment = _attached(message)
    if not text and not (attachment and _quoted(message)):
        return None
    common |= {"message_id": _quoted(message), "reply_to": str(message.message_id)}
    if (command := _COMMAND.fullmatch(text)) is None:
        return Inbound.model_validate(common | {"kind": "text", "text": text or None, "attachment": attachment})
    if command["bot"] and command["bot"].lower() != (username or "").lower():
        return None
    return Inbound.model_validate(common | {"kind": "command", "text": f"/{command['name']}{command['rest'] or ''}"})


def _corrected(update_id: int, message: Message, username: str | None, now: datetime) -> Inbound | None:
    if message.edit_date is None or message.edit_date - message.date > _SLIP:
        return None
    typed = _said(update_id, message, username, now)
    return typed.model_copy(update={"at": _when(message.edit_date, now)}) if typed and typed.kind == "text" else None


def _came_or_went(update_id: int, change: ChatMemberUpdated, now: datetime) -> Inbound | None:
    before, after = _may_write(change.old_chat_member), _may_write(change.new_chat_member)
    if before == after:
        return None
    return Inbound(
        platform="telegram",
        id=str(update_id),
        at=_when(change.date, now),
        kind="joined" if after else "left",
        person=_person(change.from_user.id),
        person_name=change.from_user.full_name,
        anonymous=change.from_user.is_bot,
        address=str(change.chat.id),
        private=change.chat.type == "private",
    )


def _may_write(member: ChatMember) -> bool:
    """Whether the bot with this standing can be heard (Bot API, "ChatMember"): one that is muted is as good as out."""
    match member:
        case ChatMemberLeft() | ChatMemberBanned():
            return False
        case ChatMemberRestricted():
            return member.is_member and member.can_send_messages
        case _:
            return True


def _person(id_: int) -> str:
    return f"telegram:{id_}"


def _place(message: Message) -> Place:
    return Place(message.chat.id, message.message_thread_id if message.is_topic_message else None)


def _quoted(message: Message) -> str | None:
    """The message that this one answers; one in a topic without a quote "answers" the topic's own beginning."""
    quoted = message.reply_to_message
    return None if quoted is None or quoted.forum_topic_created else str(quoted.message_id)


def _attached(message: Message) -> Attachment | None:
    """The photo, in the largest of its sizes, or the file that came with a message (Bot API, "PhotoSize": the sizes of
    one photo differ in width and height).
    """
    if message.photo:
        largest = max(message.photo, key=lambda size: (size.width * size.height, size.file_size or 0))
        return Attachment(kind="photo", ref=largest.file_id, size=largest.file_size)
    if file := message.document:
        return Attachment(kind="file", ref=file.file_id, name=file.file_name, size=file.file_size)
    return None


def _without_mention(text: str, username: str | None) -> str:
    if username is None:
        return text.strip()
    name = re.escape(username)
    return re.sub(rf"\A\s*@{name}(?!\w)[\s,，:：]*|[\s,，]*@{name}\s*\Z", "", text, flags=re.IGNORECASE).strip()


def _when(date: datetime, now: datetime) -> datetime:
    return date if timedelta(0) <= now - date <= _KEPT else now
