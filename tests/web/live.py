"""A bot that lives in memory: enough of `Live` to look at its pages, with the things that go wrong."""

import asyncio
from dataclasses import fields, replace
from datetime import date, datetime, timedelta

from bot.app.health import ChatHealth
from bot.app.view.asks import OfficeAnswer, ShownAsk, ShownAsks
from bot.app.view.chats import ChatHead, NextSend, ShownChat, ShownMessage, Speaker
from bot.app.view.day import SentTo, ShownDay, ShownSend, Wording
from bot.app.view.occurrence import Evidence, Line, NextStep, OfficeRecord, ShownOccurrence
from bot.app.view.problems import Did, ShownProblem, ShownProblems
from bot.app.view.protocol import Changed
from bot.app.view.questions import ShownQuestions
from bot.app.view.record import Asked, ShownRecord
from bot.app.view.season import ShownSeason
from bot.campaign.model import Town
from bot.channels.board import HandedIn, Told
from bot.channels.protocol import Button
from bot.clock import Clock, ManualClock
from bot.errors import NotFound
from bot.language import Lang, sentence
from bot.ledger.entries import AnswerState, Kind
from bot.ledger.standing import StandingState
from bot.reports.forms import Form

ANSWERS = (Button("收到", "r:token"), Button("已落实", "d:token"), Button("需协助", "h:token"))
OFFICES = {
    "police": "派出所",
    "emergency": "应急办",
    "enforcement": "综合执法大队",
    "party-office": "党政办",
    "economy": "经发办",
    "culture": "文化服务中心",
    "social-affairs": "社事办",
    "construction": "城建办",
    "market": "市监所",
    "social-security": "社保所",
    "education": "教管中心",
    "village-longmen": "龙门村委会",
    "village-qingxi": "清溪村委会",
    "village-shuanghe": "双河村委会",
    "village-shiqiao": "石桥村委会",
    "village-jinlong": "金龙社区居委会",
    "grid": "社区网格员、消防志愿者",
    "micro-stations": "各微型消防站",
    "units": "有关单位、企业、社会单位",
    "fire-committee": "镇消防安全委员会",
}
TOWN = Town.model_validate(
    {
        "town": "jinlong",
        "name": "重庆市永川区金龙镇",
        "offices": [{"id": id_, "name": name, "answer_from": "chat"} for id_, name in OFFICES.items()],
        "chats": [{"id": "duty-room", "on": "telegram", "address": "-1001001", "audiences": ["offices"]}],
    }
)
NOW = datetime(2027, 1, 30, 9, 12, tzinfo=TOWN.zone)

WARNING = """**春节消防安全提醒**

春节将至，走亲访友、祭祀祈福、燃放烟花爆竹多，请各位居民做到“三清三关”：

- 清理楼道可燃杂物
- 清理阳台可燃杂物
- 清理厨房可燃杂物
- 离人关闭电源
- 离人关闭火源
- 离人关闭气源

禁放、限放区域不要燃放烟花爆竹。发现火情请拨打 **119**。"""
ALERT = """**【消防安全值守】烟花爆竹存储、销售、燃放安全管理（九.4）**

今天是春节高等级防范期第 1 天。请检查烟花爆竹销售点和存储点，在禁放、限放区域和集中燃放区域安排现场监护。

> 依据：金龙府发〔2023〕96 号"""


class InMemory:
    """`Live` over a dictionary of chats; each press is kept in `asked` and, on 收到, marked in the message."""

    def __init__(self, *chats: ShownChat, lang: Lang = "zh") -> None:
        self.lang: Lang = lang
        self.time = ManualClock(NOW)
        self.clock: Clock = self.time
        self.town = TOWN
        self.shown = {chat.id: chat for chat in chats}
        self.said: tuple[str, ...] = ()
        self.asked: list[tuple[str, str | None, str, str | None]] = []
        self.reply = Told("")
        self.version = "v1"
        self.seasons: dict[str, ShownSeason] = {}
        self.days: dict[date, ShownDay] = {}
        self.owed = ShownAsks((), (), 0)
        self.occurrences: dict[str, ShownOccurrence] = {}
        self.handed_in: list[HandedIn | None] = []
        self.links: dict[str, str] = {}
        self.files: dict[tuple[str, int], Evidence] = {}
        self.amended: list[tuple[str, ...]] = []
        self.problem_list = ShownProblems()
        self.records: dict[Asked, ShownRecord] = {}
        self.healths: tuple[ChatHealth, ...] = ()
        self.open_questions = ShownQuestions()
        self._dirty: asyncio.Queue[Changed] = asyncio.Queue()

    async def heads(self) -> tuple[ChatHead, ...]:
        return tuple(_head(chat) for chat in self.shown.values())

    async def chat(self, id_: str, last: int = 20) -> ShownChat | None:
        found = self.shown.get(id_)
        return found and replace(found, messages=found.messages[-last:])

    async def message(self, chat: str, id_: str) -> ShownMessage | None:
        shown = self.shown.get(chat)
        return next((each for each in shown.messages if each.id == id_), None) if shown else None

    def season(self, campaign: str | None = None) -> ShownSeason | None:
        return self.seasons.get(campaign) if campaign else next(iter(self.seasons.values()), None)

    async def day(self, day: date) -> ShownDay:
        return self.days.get(day) or ShownDay(day, (), (), (), (), None, None)

    async def asks(self) -> ShownAsks:
        return self.owed

    async def occurrence(self, token: str) -> ShownOccurrence | None:
        return self.occurrences.get(token)

    async def evidence(self, token: str, seq: int) -> Evidence | None:
        return self.files.get((token, seq))

    async def correct(self, token: str, office: str, to: StandingState, reason: str) -> Told:
        self.amended.append(("correct", token, office, to, reason))
        return self.reply

    async def answer_for(self, token: str, office: str, answer: AnswerState, reason: str) -> Told:
        self.amended.append(("answer", token, office, answer, reason))
        return self.reply

    async def recall(self, token: str, reason: str) -> Told:
        self.amended.append(("recall", token, reason))
        return self.reply

    async def record_as(self, asked: Asked, form: Form) -> bytes | None:
        return form.encode() if asked in self.records else None

    async def answer_links(self, token: str) -> dict[str, str]:
        return self.links if token in self.occurrences else {}

    async def problems(self) -> ShownProblems:
        return self.problem_list

    async def record(self, asked: Asked) -> ShownRecord | None:
        return self.records.get(asked)

    async def health(self) -> tuple[ChatHealth, ...]:
        return self.healths

    async def questions(self) -> ShownQuestions:
        return self.open_questions

    def speakers(self) -> tuple[Speaker, ...]:
        return (Speaker(None, "居民"), *(Speaker(id_, name) for id_, name in OFFICES.items()))

    def notices(self) -> tuple[str, ...]:
        return self.said

    async def press(self, chat: str, message_id: str, data: str, office: str | None) -> Told:
        self._on_board(chat)
        self.asked.append((chat, message_id, data, office))
        if office and data.startswith("r:"):
            text = f"▫️ {OFFICES[office]} 待回执"
            self.reword(chat, message_id, text, f"☑️ {OFFICES[office]} 收到（09:12）")
        return self.reply

    async def say(
        self,
        chat: str,
        text: str,
        office: str | None,
        message_id: str | None = None,
        handed_in: HandedIn | None = None,
    ) -> Told:
        self._on_board(chat)
        self.handed_in.append(handed_in)
        self.asked.append((chat, message_id, text, office))
        return self.reply

    async def test(self, chat: str) -> None:
        if chat not in self.shown:
            raise NotFound(sentence("board.no-such-page"))
        self.asked.append((chat, None, "test", None))

    async def changed(self) -> Changed:
        return await self._dirty.get()

    def change(self, *chats: str, **messages: str) -> None:
        """Chats whose heads changed, and `chat=message id` for a message that did; none at all: everything."""
        told = {chat: frozenset[str]() for chat in chats} | {chat: frozenset({id_}) for chat, id_ in messages.items()}
        self.tell(Changed(told, everything=not told))

    def tell(self, changed: Changed) -> None:
        self._dirty.put_nowait(changed)

    def arrive(self, chat: str, message: ShownMessage) -> None:
        shown = self.shown[chat]
        self.shown[chat] = replace(shown, messages=(*shown.messages, message))
        self.change(**{chat: message.id})

    def reword(self, chat: str, message_id: str, old: str, new: str) -> None:
        shown = self.shown[chat]
        self.shown[chat] = replace(
            shown,
            messages=tuple(
                replace(each, text=each.text.replace(old, new)) if each.message_id == message_id else each
                for each in shown.messages
            ),
        )
        self.change(**{chat: next(each.id for each in shown.messages if each.message_id == message_id)})

    def _on_board(self, chat: str) -> None:
        if chat not in self.shown or not self.shown[chat].on_board:
            raise NotFound(sentence("board.no-such-page"))


def _head(chat: ShownChat) -> ChatHead:
    known = {each.name: getattr(chat, each.name) for each in fields(ChatHead)}
    return ChatHead(**known | {"next_due": chat.upcoming.due if chat.upcoming else None})


def a_message(id_: str = "m1", text: str = "**请检查**消防通道", ago: float = 12, **but: object) -> ShownMessage:
    """A message that went out so many minutes ago, with the three answers under it."""
    message = ShownMessage(f"winter-2026/{id_}@chat", id_, NOW - timedelta(minutes=ago), text, (ANSWERS,), True, "sent")
    return replace(message, **but)  # type: ignore[arg-type]


def a_chat(id_: str = "duty-room", title: str = "消防安全工作群", *messages: ShownMessage, **but: object) -> ShownChat:
    """A chat of the offices that lives on the board."""
    return replace(
        ShownChat(id_, title, "board", True, "offices", None, None, messages, None),
        **but,  # type: ignore[arg-type]
    )


def an_upcoming(text: str = WARNING, **but: object) -> NextSend:
    """What goes out four days from now."""
    due = datetime(2027, 2, 3, 9, 0, tzinfo=TOWN.zone)
    return replace(
        NextSend("winter-2026/warning", due, text, "春节前 3 天", provisional=False, duty_alert=False),
        **but,  # type: ignore[arg-type]
    )


def owing(*answered: str) -> str:
    """An alert as it stands in the duty room, with the answers of all its offices."""
    lines = [
        f"- ✅ {name} 已落实（09:0{number % 10}）" if id_ in answered else f"- ▫️ {name} 待回执"
        for number, (id_, name) in enumerate(OFFICES.items())
    ]
    return "\n".join((ALERT, "", "**请于 11:00 前回执：**", "", *lines, "", "配合：市监所"))


def an_answer(office: str, state: StandingState = "open", ago: float | None = None, **but: object) -> OfficeAnswer:
    """Where an office stands that answered so many minutes ago; what is owed is 已落实."""
    at = None if ago is None else NOW - timedelta(minutes=ago)
    answer = OfficeAnswer(office, OFFICES[office], state, at, owes=state != "done", late=False)
    return replace(answer, **but)  # type: ignore[arg-type]


def an_ask(id_: str, subject: str, *offices: OfficeAnswer, ago: float = 12, within: float = 120) -> ShownAsk:
    """An ask that went out so many minutes ago, owed within so many more."""
    due = NOW - timedelta(minutes=ago)
    return ShownAsk(
        f"winter-2026/{id_}", f"token-{id_}", subject, due, "done", due + timedelta(minutes=within), offices
    )


def a_line(kind: Kind, ago: float, seq: int = 1, **but: object) -> Line:
    """Something on record of an office so many minutes ago."""
    return replace(Line(seq, NOW - timedelta(minutes=ago), kind), **but)  # type: ignore[arg-type]


def an_occurrence(ask: ShownAsk, text: str = ALERT, **but: object) -> ShownOccurrence:
    """An ask in full that went out to the duty room; its offices have nothing but their last answer on record."""
    answered = [
        (each, (Line(1, each.at, each.state),) if each.at and each.state != "open" else ()) for each in ask.offices
    ]
    shown = ShownOccurrence(
        token=ask.token,
        send=ShownSend(
            occurrence=ask.occurrence,
            reminder="fireworks-duty",
            due=ask.due,
            reason="春节高等级防范期第 1 天",
            subject=ask.subject,
            provisional=False,
            offices=tuple(each.name for each in ask.offices),
            deadline=ask.deadline,
            wordings=(Wording(text, (SentTo("duty-room", "消防安全工作群", "sent", ask.due, None),)),),
        ),
        title="金龙镇今冬明春消防安全防范工作",
        phase="组织实施",
        duties=("九.4 烟花爆竹存储、销售、燃放安全管理",),
        version="3f9d2c17a0b4",
        in_force=True,
        withdrawn=False,
        expects=ask.expects,
        offices=tuple(
            OfficeRecord(each, ask.deadline, reached=True, asked=ask.due, lines=lines) for each, lines in answered
        ),
    )
    return replace(shown, **but)  # type: ignore[arg-type]


def the_occurrence() -> ShownOccurrence:
    """This morning's alert with all that can be on record of an office, and what comes next."""
    ask = the_asks().open[1]
    shown = an_occurrence(ask)
    lines = {
        "police": (a_line("reminded", 8, again=(NOW - timedelta(minutes=4), NOW)),),
        "emergency": (
            a_line("received", 11, by="李明", chat="消防安全工作群"),
            a_line("done", 5, by="李明", late=timedelta(minutes=3), words="电话报告", on_behalf=True),
            a_line("evidence", 4, 7, by="李明", file="现场.jpg"),
        ),
        "enforcement": (
            a_line("help", 9, by="王强"),
            a_line("need", 8, by="王强", words="需要两名消防员现场监护"),
            a_line("taken", 7, by="赵主任"),
            a_line("closed", 6, by="赵主任", words="已派人到场"),
            a_line("corrected", 5, by="管理员", to="done", words="现场核实"),
        ),
        "market": (a_line("late", 7), a_line("escalated", 6), a_line("done", 5, by="周燕")),
    }
    return replace(
        shown,
        offices=tuple(replace(each, lines=lines.get(each.answer.office, each.lines)) for each in shown.offices),
        beside=(a_line("refused", 3, by="telegram:77", chat="消防安全工作群"),),
        ahead=(
            NextStep("remind", NOW.replace(hour=9, minute=42), (), every=timedelta(minutes=30)),
            NextStep("overdue", ask.deadline, ()),
            NextStep("late", ask.deadline, ()),
            NextStep("escalate", NOW.replace(hour=13, minute=0), (), ("镇消防安全委员会",)),
        ),
    )


def the_problems() -> ShownProblems:
    """One that nobody sees to yet, one that somebody does, one that was closed."""

    def did(name: str, ago: float) -> Did:
        return Did(name, NOW - timedelta(minutes=ago))

    buttons = ((Button("我来跟进", "t:token-d2:2"), Button("已办结", "c:token-d2:2")),)
    given = {"token": "token-d2", "number": 1, "ask": "烟花爆竹安全管理", "due": NOW, "press_in": ":admins"}
    waiting = ShownProblem(
        **given,  # type: ignore[arg-type]
        office="enforcement",
        name="综合执法大队",
        opened=did("王强", 60 * 20),
        need="需要两名消防员现场监护",
        buttons=buttons,
        seats={"fire-committee": "fire-committee-office"},
    )
    seen_to = replace(waiting, office="market", name="市监所", opened=did("周燕", 9), need=None, taken=did("赵主任", 5))
    over = replace(seen_to, number=2, closed=did("赵主任", 3), how="已派人到场", buttons=(), seats={})
    return ShownProblems((waiting, seen_to), (over,))


def the_asks() -> ShownAsks:
    """This morning's alert, half answered; a report that is overdue, with a cry for help; yesterday's, done with."""
    answered = {"emergency": 5, "enforcement": 9, "village-longmen": 3, "market": 7, "culture": 2}
    received = {"party-office": 10, "village-qingxi": 1}
    morning = [
        an_answer(each, "done", answered[each])
        if each in answered
        else an_answer(each, "received", received[each])
        if each in received
        else an_answer(each)
        for each in OFFICES
    ]
    overdue = [
        an_answer("village-longmen", "help", 60 * 20),
        an_answer("village-qingxi", late=True),
        an_answer("village-shuanghe", "done", 60, late=True),
        an_answer("village-shiqiao", "received", 60 * 22, late=True),
        an_answer("village-jinlong", "done", 60 * 23),
    ]
    yesterday = [an_answer(each, "done", 60 * 23 - 7 * number) for number, each in enumerate(OFFICES)]
    alert = "【消防安全值守】烟花爆竹存储、销售、燃放安全管理（九.4）"
    return ShownAsks(
        open=(
            an_ask(
                "report@29",
                "部署发动阶段小结：请报送本村独居老人和留守儿童家庭用火用电检查情况",
                *overdue,
                ago=60 * 24,
                within=60 * 22,
            ),
            an_ask("d2", alert, *morning),
        ),
        answered=(
            an_ask("d1", alert, *yesterday, ago=60 * 24),
            an_ask("d0", "小年前消防安全检查", yesterday[0], ago=60 * 72),
        ),
        more=0,
    )


def the_healths(*chats: ShownChat) -> tuple[ChatHealth, ...]:
    """How those chats are doing that are the town's own."""
    return tuple(
        ChatHealth(
            chat=each.id,
            name=each.title,
            on=each.platform,
            stands_in=each.on_board and each.platform != "board",
            last_sent=each.messages[-1].at if each.messages else None,
            last_failure=NOW - timedelta(minutes=12) if each.trouble else None,
            why=each.trouble,
        )
        for each in chats
        if each.kind != "admins"
    )


def a_big_town(chats: int = 300, messages: int = 20) -> InMemory:
    """A town of very many chats, each with a full past."""
    return InMemory(
        *(
            a_chat(
                f"chat-{number}",
                f"第 {number} 村工作群",
                *(
                    a_message(f"m{number}-{each}", f"{owing('police')}\n\n{number}·{each}", ago=1_440 - each)
                    for each in range(messages)
                ),
                kind="office",
                upcoming=an_upcoming(due=NOW + timedelta(hours=number)),
            )
            for number in range(chats)
        )
    )


def a_town() -> InMemory:
    """The town in the week before Spring Festival: long alerts, warnings, something uncertain, something failed."""
    residents = a_message("w1", WARNING, ago=60 * 24 * 4, buttons=(), duty_alert=False)
    sessions = an_upcoming(
        "**全国两会消防安全提醒**\n\n会期临近，请加强巡查。",
        due=datetime(2027, 3, 1, 9, 0, tzinfo=TOWN.zone),
        reason="全国两会前 3 天",
        provisional=True,
        duty_alert=True,
    )
    yesterday = a_message("d1", owing(*OFFICES), ago=60 * 24, buttons=())
    village = ALERT + "\n\n**请于 11:00 前回执：**\n\n- ▫️ {} 待回执"
    chats = [
        a_chat(
            "duty-room",
            "消防安全工作群",
            yesterday,
            a_message("d2", owing("emergency", "enforcement", "village-longmen", "market")),
            platform="telegram",
            upcoming=an_upcoming(
                ALERT, due=NOW.replace(hour=18, minute=0), reason="春节高等级防范期第 1 天", duty_alert=True
            ),
        ),
        a_chat("fire-committee-office", "消安委办公室", kind="office", upcoming=sessions),
        a_chat(
            "longmen-office",
            "龙门村工作群",
            a_message("v1", village.format("龙门村委会")),
            kind="office",
            platform="telegram",
            upcoming=an_upcoming(
                ALERT, due=NOW.replace(hour=18, minute=0), reason="春节高等级防范期第 1 天", duty_alert=True
            ),
        ),
        a_chat("longmen-residents", "龙门村居民群", residents, kind="audience", upcoming=an_upcoming()),
        a_chat(
            "qingxi-office",
            "清溪村工作群",
            a_message("q1", village.format("清溪村委会"), state="uncertain", message_id=None),
            kind="office",
            platform="telegram",
            on_board=False,
            upcoming=sessions,
        ),
        a_chat(
            "qingxi-residents",
            "清溪村居民群",
            residents,
            kind="audience",
            platform="wecom-robot",
            on_board=False,
            trouble="群机器人已被移出",
            upcoming=an_upcoming(),
        ),
        a_chat("units-office", "企业和社会单位消防群", kind="office"),
        a_chat(
            "telegram:1001",
            "管理员 1001",
            a_message(
                "a1", "**日程已更新**：`winter-2026.yaml`\n\n- 新增 2 条\n- 调整 1 条", buttons=(), duty_alert=False
            ),
            kind="admins",
        ),
    ]
    town = InMemory(*chats)
    town.owed = the_asks()
    town.occurrences = {"token-d2": the_occurrence()}
    town.problem_list = the_problems()
    town.healths = the_healths(*chats)
    town.said = (
        "没有设置 Telegram 令牌（GENGFU_TELEGRAM__TOKEN），Telegram 的群暂由本页代替",
        "schedules/winter-2026.yaml 第 14 行第 5 列：没有“派处所”这个单位，是不是“派出所”？仍按改之前的内容运行",
    )
    return town
