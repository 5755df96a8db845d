"""What people do in the chats of a town on both local platforms, each in the way that their chat has: a press, a typed
word, a signed link through its page, a press on the board.
"""

import asyncio
import re
from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import urlsplit

import httpx

from bot.channels.board import person_of
from bot.channels.buttons import data_of, read_data, wish_data
from bot.ledger.deliveries import Issued
from bot.ledger.entries import AnswerState
from bot.ledger.inbound import BY_LINK
from tests.fakes import until
from tests.promises.on_all import OnAll
from tests.seasons.five_kinds import person_in_wecom, person_on_telegram

WORDS: dict[AnswerState, str] = {"received": "收到", "done": "已落实", "help": "需协助"}

WAYS = frozenset({"press", "word", "bot_press", "bot_word", "app_press", "app_word", "link", "proven_link", "board"})
"""Each way in which somebody can answer."""


@dataclass(frozen=True)
class Said:
    """Who said what, in which chat and by which way."""

    person: str
    chat: str
    way: str
    answer: AnswerState


class Hands:
    """The people of a town. `said` is what they have said, in order."""

    def __init__(self, it: OnAll) -> None:
        self._it, self._schedule = it, it.bot.in_force.schedule
        self._proving = asyncio.Lock()
        self._once: set[str] = set()
        self._often: set[str] = set()
        self.said: list[Said] = []

    def chats(self, issued: Issued, office: str) -> list[str]:
        """Where an office is asked, and can answer."""
        return [chat for chat, here in issued.chats.items() if office in here]

    async def say(self, issued: Issued, office: str, chat: str, answer: AnswerState, *, typed: bool = False) -> Said:
        """Somebody of an office answers an ask in one of its chats, and reads that it has been heard."""
        way = self._way(office, chat, typed=typed)
        person = await getattr(self, f"_by_{way}")(issued, office, chat, answer)
        self.said.append(found := Said(person, chat, way, answer))
        return found

    async def undo(self, issued: Issued, office: str) -> None:
        """Somebody of an office that is asked on the board takes back what it said."""
        chat = next(each for each in self.chats(issued, office) if self._platform(each) == "board")
        place = list(issued.offices).index(office)
        await self._it.board.press(person_of(office), chat, "", wish_data("correct", issued.token, place, "open"))

    def hear_of(self, issued: Issued) -> None:
        """An ask has come."""
        self._often |= self._once & issued.offices.keys()
        self._once |= issued.offices.keys()

    def _platform(self, chat: str) -> str:
        route = self._it.bot.routes.to(chat)
        assert route is not None
        return route.channel.name

    def _way(self, office: str, chat: str, *, typed: bool) -> str:
        match self._platform(chat):
            case "telegram":
                return "word" if typed else "press"
            case "wecom-bot":
                return "bot_word" if typed and self._owes_once(office) else "bot_press"
            case "wecom-app" if self._address(chat).startswith("user:"):
                return "app_word" if typed and self._owes_once(office) else "app_press"
            case "wecom-app" if not self._address(chat).startswith("chat:"):
                return "app_press"
            case "wecom-robot" | "wecom-app":
                anybody = self._schedule.offices[office].answer_from == "chat"
                return "link" if anybody else "proven_link"
            case _:
                return "board"

    async def _by_board(self, issued: Issued, office: str, chat: str, answer: AnswerState) -> str:
        place = list(issued.offices).index(office)
        await self._it.board.press(person_of(office), chat, "", data_of(answer, issued.token, place))
        return person_of(office)

    async def _by_press(self, issued: Issued, office: str, chat: str, answer: AnswerState) -> str:
        telegram, person = self._it.platforms.telegram, person_on_telegram(office)
        message, data = self._button(issued, chat, answer)
        query = telegram.press(person, self._group(chat), message, data)
        await until(lambda: query in telegram.toasts)
        return f"telegram:{person}"

    async def _by_word(self, issued: Issued, office: str, chat: str, answer: AnswerState) -> str:
        person = f"telegram:{person_on_telegram(office)}"
        message, _ = self._button(issued, chat, answer, alone=True)
        self._it.platforms.telegram.types(
            person_on_telegram(office), self._group(chat), WORDS[answer], reply_to=message
        )
        await self._heard(issued, person, answer)
        return person

    async def _by_app_press(self, issued: Issued, office: str, chat: str, answer: AnswerState) -> str:
        """A press on the newest card that bears a button for this answer."""
        userid, address = person_in_wecom(office), self._address(chat)
        for each in reversed(self._it.platforms.corp.accepted):
            for key in [button["key"] for button in each.body.get("button_list", ())] if each.to == address else ():
                read = read_data(key)
                if read and (read.token, read.answer) == (issued.token, answer):
                    assert await self._it.phones.press(userid, each.task_id, key) == [200]
                    await self._heard(issued, f"wecom:{userid}", answer)
                    return f"wecom:{userid}"
        raise AssertionError(f"no card in {chat} bears a button for {issued.occurrence}")

    async def _by_bot_press(self, issued: Issued, office: str, chat: str, answer: AnswerState) -> str:
        """A press on the newest card that bears a button for this answer."""
        smart_bot, who = self._it.platforms.smart_bot, person_in_wecom(office)
        for each in reversed(smart_bot.shown(self._address(chat).partition(":")[2])):
            for key in [button["key"] for button in (each.card or {}).get("button_list", ())]:
                read = read_data(key)
                if each.task_id and read and (read.token, read.answer) == (issued.token, answer):
                    smart_bot.presses(who, each.task_id, key)
                    await self._heard(issued, f"wecom:{who}", answer)
                    return f"wecom:{who}"
        raise AssertionError(f"no card in {chat} bears a button for {issued.occurrence}")

    async def _by_bot_word(self, issued: Issued, office: str, chat: str, answer: AnswerState) -> str:
        """A word in the group that calls the bot, or to it alone, from who owes but one answer."""
        smart_bot, who = self._it.platforms.smart_bot, person_in_wecom(office)
        kind, _, id_ = self._address(chat).partition(":")
        if kind == "chat":
            smart_bot.types(who, id_, WORDS[answer])
        else:
            smart_bot.writes(who, WORDS[answer])
        await self._heard(issued, f"wecom:{who}", answer)
        return f"wecom:{who}"

    async def _by_app_word(self, issued: Issued, office: str, chat: str, answer: AnswerState) -> str:
        """A word to the app alone, from who owes but one answer."""
        userid = person_in_wecom(office)
        assert await self._it.phones.types(userid, WORDS[answer]) == [200]
        await self._heard(issued, f"wecom:{userid}", answer)
        return f"wecom:{userid}"

    async def _by_link(self, issued: Issued, office: str, chat: str, answer: AnswerState) -> str:
        """Anybody in the chat opens its newest link on the page, and presses there."""
        async with self._it.browser() as phone:
            await self._answered(phone, self._link(issued, chat), answer)
        return f"{BY_LINK}:{chat}"

    async def _by_proven_link(self, issued: Issued, office: str, chat: str, answer: AnswerState) -> str:
        """Somebody opens it whom WeCom leads away and back, so that the page knows who they are."""
        userid, link = person_in_wecom(office), self._link(issued, chat)
        async with self._it.browser() as phone:
            away = await phone.get(link)
            assert away.status_code == 302, away.text
            async with self._proving:
                self._it.platforms.corp.reader = userid
                back = await self._it.outside.get(away.headers["Location"])
            assert back.status_code == 302, back.text
            known = await phone.get(back.headers["Location"])
            assert known.headers["Location"].endswith(link.rpartition("/")[2])
            await self._answered(phone, link, answer)
        return f"wecom:{userid}"

    async def _answered(self, phone: httpx.AsyncClient, link: str, answer: AnswerState) -> None:
        page = await phone.get(link)
        assert page.status_code == 200, page.text
        word = re.search(r'name="form" value="([^"]*)"', page.text)
        form = {"answer": answer, "name": "", "why": "", "form": word[1] if word else ""}
        done = await phone.post(link, data=form)
        assert done.status_code == 200, done.text

    def _link(self, issued: Issued, chat: str) -> str:
        """The newest in a chat that leads to this ask."""
        key = str(self._schedule.chats[chat].address)
        shown = [url for each in self._it.platforms.wecom.robots.shown(key) for url in each.links]
        for each in self._it.platforms.corp.accepted:
            shown += re.findall(r"https?://\S+", each.text) if each.to == self._address(chat) else []
        return next(urlsplit(url).path for url in reversed(shown) if f"/{issued.token}." in url)

    def _owes_once(self, office: str) -> bool:
        """Whether an office has one ask alone, so that a word without a quote can mean no other."""
        return office not in self._often

    def _button(self, issued: Issued, chat: str, answer: AnswerState, *, alone: bool = False) -> tuple[int, str]:
        """The newest message in a group that bears a button for this answer, and what the button says; or the newest
        that is about this ask `alone`.
        """
        group = self._group(chat)
        for each in reversed(self._it.platforms.telegram.accepted):
            pressed = {data: read for data in _data(each.buttons) if (read := read_data(data))}
            if each.chat != group or (alone and {read.token for read in pressed.values()} != {issued.token}):
                continue
            for data, read in pressed.items():
                if (read.token, read.answer) == (issued.token, answer):
                    return each.message_id, data
        raise AssertionError(f"nothing in {chat} bears a button for {issued.occurrence}")

    def _address(self, chat: str) -> str:
        route = self._it.bot.routes.to(chat)
        assert route is not None
        return route.address

    def _group(self, chat: str) -> int:
        return int(str(self._schedule.chats[chat].address))

    async def _heard(self, issued: Issued, person: str, answer: AnswerState) -> None:
        async def is_on_record() -> bool:
            entries = await self._it.store.entries(occurrence=issued.occurrence)
            return any((each.kind, each.by) == (answer, person) for each in entries)

        await until(is_on_record)


def _data(buttons: Iterable[Iterable[tuple[str, str]]]) -> Iterable[str]:
    return (data for row in buttons for _, data in row)
