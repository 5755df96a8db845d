"""What people do in the chats of a town on both local platforms, each in the way that their chat has: a press, a typed
word, a signed link through its page, a press on the board.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import urlsplit

from bot.acknowledgements.links import BY_LINK
from bot.channels.board import person_of
from bot.channels.buttons import data_of, read_data, wish_data
from bot.ledger.deliveries import Issued
from bot.ledger.entries import AnswerState
from tests.fakes import until
from tests.promises.on_all import OnAll
from tests.seasons.five_kinds import person_on_telegram

WORDS: dict[AnswerState, str] = {"received": "收到", "done": "已落实", "help": "需协助"}

WAYS = frozenset({"press", "word", "link", "board"})


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
        self.said: list[Said] = []

    def can_answer(self, office: str) -> bool:
        """Whether it can make itself heard."""
        return office not in ("party-office", "market")

    def chats(self, issued: Issued, office: str) -> list[str]:
        """Where an office is asked, and can answer."""
        return [chat for chat, here in issued.chats.items() if office in here]

    async def say(self, issued: Issued, office: str, chat: str, answer: AnswerState, *, typed: bool = False) -> Said:
        """Somebody of an office answers an ask in one of its chats, and reads that it has been heard."""
        way = self._way(chat, typed=typed)
        person = await getattr(self, f"_by_{way}")(issued, office, chat, answer)
        self.said.append(found := Said(person, chat, way, answer))
        return found

    async def undo(self, issued: Issued, office: str) -> None:
        """Somebody of an office that is asked on the board takes back what it said."""
        chat = next(each for each in self.chats(issued, office) if self._platform(each) == "board")
        place = list(issued.offices).index(office)
        await self._it.board.press(person_of(office), chat, "", wish_data("correct", issued.token, place, "open"))

    def _platform(self, chat: str) -> str:
        route = self._it.bot.routes.to(chat)
        assert route is not None
        return route.channel.name

    def _way(self, chat: str, *, typed: bool) -> str:
        match self._platform(chat):
            case "telegram":
                return "word" if typed else "press"
            case "wecom-robot":
                return "link"
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

    async def _by_link(self, issued: Issued, office: str, chat: str, answer: AnswerState) -> str:
        """Anybody in the chat opens its newest link on the page, and presses there."""
        robots, key = self._it.platforms.wecom.robots, str(self._schedule.chats[chat].address)
        links = [urlsplit(url).path for each in robots.shown(key) for url in each.links if f"/{issued.token}." in url]
        page = await self._it.pages.get(links[-1])
        assert page.status_code == 200, page.text
        done = await self._it.pages.post(links[-1], data={"answer": answer, "name": "", "why": ""})
        assert done.status_code == 200, done.text
        return f"{BY_LINK}:{chat}"

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

    def _group(self, chat: str) -> int:
        return int(str(self._schedule.chats[chat].address))

    async def _heard(self, issued: Issued, person: str, answer: AnswerState) -> None:
        async def is_on_record() -> bool:
            entries = await self._it.store.entries(occurrence=issued.occurrence)
            return any((each.kind, each.by) == (answer, person) for each in entries)

        await until(is_on_record)


def _data(buttons: Iterable[Iterable[tuple[str, str]]]) -> Iterable[str]:
    return (data for row in buttons for _, data in row)
