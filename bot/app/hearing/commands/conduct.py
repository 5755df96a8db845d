"""A command or a press that asks for one: who may is found out, it is done, put on record, and then told."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import datetime

from bot.acknowledgements.hearing import Hearing
from bot.app.admin.people import Admin
from bot.app.ground import Ground
from bot.app.hearing.answer import Answer
from bot.app.hearing.commands import correct, recall, remind, who
from bot.app.hearing.commands.asker import asker_of
from bot.app.hearing.commands.command import Asked, Command
from bot.app.hearing.commands.numbers import start
from bot.app.hearing.commands.table import COMMANDS, commands_for
from bot.channels.buttons import Wished
from bot.errors import Overtaken
from bot.language import sentence
from bot.ledger.inbound import Inbound
from bot.store.protocol import Change, Store


async def commanded(store: Store, hearing: Hearing, ground: Ground, now: datetime) -> Answer:
    """Deal with a command; durable when this returns. Raises `StoreError`."""
    word, rest = split(hearing.inbound)
    asked = _asked(store, hearing, ground, now, rest)
    if word == "start":
        return await _done(store, asked, lambda: _started(asked))
    command = COMMANDS.get(word)
    if command is None:
        return await _done(store, asked, lambda: _unknown())
    return await _done(store, asked, lambda: _judged(command, asked))


async def wished(store: Store, hearing: Hearing, ground: Ground, now: datetime, wish: Wished) -> Answer:
    """Deal with a press that asks who has answered, which answer is to be corrected, that somebody is asked once more,
    or that a message is taken back. Raises `StoreError`.
    """
    asked = _asked(store, hearing, ground, now)
    match wish.wish:
        case "open":
            return await _done(store, asked, lambda: who.of_one(asked, wish.token))
        case "correct":
            return await _done(store, asked, lambda: correct.choose(asked, wish))
        case "recall" | "recall-now":
            does = recall.meant if wish.wish == "recall" else recall.now
            taken = replace(COMMANDS["recall"], do=lambda each: does(each, wish.token))
            return await _done(store, asked, lambda: _judged(taken, asked))
        case _:
            pressed = replace(COMMANDS["remind"], do=lambda each: remind.of_one(each, wish.token))
            return await _done(store, asked, lambda: _judged(pressed, asked))


def is_asked(wish: Wished) -> bool:
    """Whether a press is dealt with here; others change what is on record of an ask."""
    return wish.wish in {"open", "remind", "recall", "recall-now"} or (wish.wish == "correct" and wish.to is None)


def split(inbound: Inbound) -> tuple[str, str]:
    """A command's word without `/` and the bot's name, and what follows it."""
    word, _, rest = " ".join((inbound.text or "").split()).partition(" ")
    return word.removeprefix("/").partition("@")[0].lower(), rest


def _asked(store: Store, hearing: Hearing, ground: Ground, now: datetime, rest: str = "") -> Asked:
    asker = asker_of(hearing)
    may = commands_for(asker.roles, before_residents=asker.before_residents)
    return Asked(store, hearing, ground, asker, now, rest, may)


async def _done(store: Store, asked: Asked, answer: Callable[[], Awaitable[Answer]]) -> Answer:
    """Looked at afresh where what it is based on has changed meanwhile."""
    while True:
        found = await answer()
        try:
            await store.commit(replace(found.change, handled=(asked.inbound.key,)))
        except Overtaken:
            continue
        return found


async def _started(asked: Asked) -> Answer:
    """Start, pressed on a link that names what it opens (Bot API, "Deep linking"): only in somebody's own chat."""
    if not asked.rest or not asked.inbound.private:
        return await start(asked)
    if asked.rest.startswith(who.PREFIX):
        return await who.of_one(asked, asked.rest.removeprefix(who.PREFIX))
    command = COMMANDS.get(asked.rest)
    return await (_judged(command, replace(asked, rest="")) if command else start(asked))


async def _judged(command: Command, asked: Asked) -> Answer:
    if command in asked.may or command.word in {each.word for each in asked.may}:
        return await command.do(asked)
    if command.is_for(asked.asker.roles, before_residents=False):
        return Answer(sentence("commands.not-here", word=command.word))
    return _refused(command, asked)


def _refused(command: Command, asked: Asked) -> Answer:
    """Who may not is told whose it is; that they asked is on record."""
    inbound = asked.inbound
    entry = Admin.who_sent(inbound).entry("refused", chat=asked.hearing.chat, asked=f"/{command.word}")
    if inbound.anonymous:
        told = sentence("answers.anonymous")
    elif command.roles == {"admin"}:
        told = sentence("admin.refused")
    else:
        above = "commands.for-those-above" if asked.asker.offices else "commands.for-those-above-alone"
        told = sentence("commands.for-offices" if "office" in command.roles else above)
    return Answer(told, change=Change(entries=(entry,)))


async def _unknown() -> Answer:
    return Answer(sentence("commands.unknown"))
