"""Deliveries and what they deliver: one occurrence in one chat, and the occurrence as it fell due."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any, Literal, Self

from pydantic import AwareDatetime, BaseModel, ConfigDict

State = Literal["planned", "intended", "sent", "merged", "retrying", "uncertain", "failed", "missed", "withdrawn"]

NEXT: Mapping[State, frozenset[State]] = {
    "planned": frozenset({"intended", "retrying", "failed", "missed", "withdrawn", "planned"}),
    "intended": frozenset({"sent", "merged", "retrying", "uncertain", "failed"}),
    "retrying": frozenset({"intended", "retrying", "uncertain", "failed", "missed", "withdrawn", "planned"}),
    "uncertain": frozenset({"sent", "retrying", "missed"}),
    "failed": frozenset({"retrying", "planned"}),
    "missed": frozenset({"retrying", "planned"}),
    "withdrawn": frozenset({"planned"}),
    "sent": frozenset(),
    "merged": frozenset(),
}
"""The life of a delivery: from each state, those that may follow. A delivery begins as planned.

- The intent is on disk before the request leaves, and what comes of it before anything is shown as sent.
- `merged`: it went out inside the message of another one, late like itself, and is owed like any.
- `uncertain` is left only by an admin's word (settled). With `on_doubt: resend` doubt is `retrying` with `doubts`.
- `failed` is for sure not sent, and `missed` was too late to be of use: both may be sent again when told to.
- Back to `planned` goes what nobody can have read and an edit moved to another day.
"""

UNFINISHED: frozenset[State] = frozenset({"planned", "retrying", "intended"})
"""States in which something is still to be done without anybody's help."""

ASKED: frozenset[State] = frozenset({"sent", "merged", "uncertain"})
"""States in which an ask counts as put to its offices."""

Owed = Literal["received", "done"]

_NOTICE = "notice/"
_A_DAY = timedelta(days=1)
_LONGEST_NOTICE = 3_000


class Question(BaseModel):
    """What a notice asks for, as buttons under it: `settle` whether the delivery `of` arrived, `revive` the chat `of`
    that was given up, `answer` the occurrence `of` that was asked before; or in writing: `need` one line of what the
    `office` needs that asked for help with the occurrence `of`.
    """

    model_config = ConfigDict(frozen=True)

    kind: Literal["settle", "revive", "answer", "need"]
    of: str
    office: str | None = None


class Call(BaseModel):
    """催办: a message that follows an ask. It is worded from the record when it leaves, and again when that changes.

    `remind` asks again whoever still owes the occurrence `of`, `late` names them once their time is over; `escalate`
    tells the next one up (the `number`-th step of `then`, from 0) who owes; `help` fetches help for the problem of the
    one office in `offices` (its `number`-th with this ask, from 1). `number` of a reminder counts from 1.
    `offices` are those whom it concerns: of a message that has left, those who owed when it did. `told` are the offices
    that are to help or to see to it and read it in this chat, by id, with their names. Only one that `wakes`
    goes out in quiet hours. A reminder of the ladder's is let go where it has not left by `until`; one that somebody
    sent by hand has none.

    Two kinds go with other messages, ask nobody anew and are on no office's record: `mention` calls by name, in a chat
    that can, whom the message `beside` it means ("ask", or the kind of a call); `status` tells how things stand where
    no message can be changed any more.
    """

    model_config = ConfigDict(frozen=True)

    kind: Literal["remind", "late", "escalate", "help", "mention", "status"]
    of: str
    offices: tuple[str, ...]
    number: int = 1
    told: Mapping[str, str] = {}
    wakes: bool = False
    until: AwareDatetime | None = None
    beside: Literal["ask", "remind", "late", "escalate", "help"] | None = None

    @property
    def asks_again(self) -> bool:
        """Whether it asks those who owe, and is overtaken by the next one that does."""
        return self.kind in {"remind", "late"}

    @property
    def asks_nobody(self) -> bool:
        """Whether it only goes with another message, and is no step of its own."""
        return self.kind in {"mention", "status"}

    @property
    def is_repeated(self) -> bool:
        """Whether it goes out again where nobody knows if it arrived: not what the next one follows anyway, nor what
        only goes with another message.
        """
        return self.kind != "remind" and not self.asks_nobody


class Delivery(BaseModel):
    """投递: one occurrence in one chat.

    `chat` is the chat's id in the YAML, or `platform:id` for an admin's own chat. `text` is the Markdown that
    stands (or will stand) in the chat, answers included; None until it is composed at the moment of sending.
    `message_id` and `address` are the platform's, known once sent. `tries` counts requests that left, `doubts` those
    of them of which nobody knows whether they arrived; `not_before` is when the next one may leave. `deadline` is by
    when the offices of this chat owe their answers: it counts from the real sending where that was late. `asked_at`
    is when the last request for it left, an edit's too: the platform's pace is kept by it across restarts. `carries`
    are the occurrences that went out in this message too, `carried_by` the delivery in whose message this one did.
    `by_hand` marks one that an admin told to send: it is never too late. `question` stands under a notice. `call` says
    what a message follows that belongs to an ask without being its occurrence; `taken_down` that it was deleted from
    its chat, where a newer one stands.
    """

    model_config = ConfigDict(frozen=True)

    occurrence: str
    chat: str
    due: AwareDatetime
    state: State = "planned"
    duty_alert: bool = False
    text: str | None = None
    message_id: str | None = None
    address: str | None = None
    sent_at: AwareDatetime | None = None
    tries: int = 0
    doubts: int = 0
    not_before: AwareDatetime | None = None
    deadline: AwareDatetime | None = None
    why: str | None = None
    asked_at: AwareDatetime | None = None
    carries: tuple[str, ...] = ()
    carried_by: str | None = None
    by_hand: bool = False
    question: Question | None = None
    call: Call | None = None
    taken_down: bool = False

    def become(self, state: State, **changes: Any) -> Self:
        """The same delivery in its next state. Raises ValueError where that state may not follow (a bug)."""
        if state not in NEXT[self.state]:
            raise ValueError(f"{self.id}: {self.state} is not followed by {state}")
        return self.model_copy(update={"state": state, **changes})

    @property
    def id(self) -> str:
        """Occurrence and chat: what must never happen twice."""
        return f"{self.occurrence}@{self.chat}"

    @property
    def is_urgent(self) -> bool:
        """Whether it overtakes what is not: a duty alert, and what follows one only where it may wake people."""
        return self.duty_alert and (self.call is None or self.call.wakes)

    @property
    def urgency(self) -> tuple[bool, datetime, str]:
        """By which deliveries are sorted: urgent ones first, then what was due first."""
        return not self.is_urgent, self.due, self.id

    @property
    def is_notice(self) -> bool:
        """Whether it is a word of the bot's own and no occurrence of the plan."""
        return self.occurrence.startswith(_NOTICE)

    @property
    def is_to_settle(self) -> bool:
        """Whether somebody should say if it arrived. Of what is not repeated nobody is asked."""
        return self.state == "uncertain" and not (self.call and not self.call.is_repeated)

    @property
    def may_be_read(self) -> bool:
        """Whether somebody may have this message before their eyes."""
        return self.doubts > 0 or self.state in {"intended", "sent", "merged", "uncertain"}


class StepUp(BaseModel):
    """The next one up: so long after the due moment, these offices are told."""

    model_config = ConfigDict(frozen=True)

    after: timedelta
    tell: tuple[str, ...]


class Owing(BaseModel):
    """The answer that is owed, and the ladder that its absence climbs; `deadline` counts from the due moment."""

    model_config = ConfigDict(frozen=True)

    expects: Owed
    within: timedelta
    deadline: AwareDatetime
    remind_every: timedelta | None = None
    then: tuple[StepUp, ...] = ()


class Issued(BaseModel):
    """An occurrence that fell due, kept as it was planned then: what runs on does so under this plan.

    `title` is the campaign's. `token` is what its buttons carry, short and unguessable. `bodies` is the rendered
    message by platform, or by all ways into one (`wecom`), and under `""` in full, for whoever has none of their own.
    `offices` maps the offices addressed to their names, `helpers` are the names of who helps; `chats` maps each chat to
    those of the offices that it carries. `version` names the schedule under which it fell due. `owing` is None for a
    broadcast. `phase` is the one in which it was due, `duties` are those that it asks for, by id, with item and name
    (“九.4 烟花爆竹…”): the record tells by these what the schedule may no longer have.
    """

    model_config = ConfigDict(frozen=True)

    occurrence: str
    token: str
    campaign: str
    title: str
    due: AwareDatetime
    late: timedelta
    on_doubt: Literal["resend", "hold"]
    urgent: bool
    offices: Mapping[str, str]
    helpers: tuple[str, ...] = ()
    chats: Mapping[str, tuple[str, ...]]
    bodies: Mapping[str, str]
    version: str
    owing: Owing | None = None
    withdrawn: bool = False
    phase: str | None = None
    phase_name: str | None = None
    duties: Mapping[str, str] = {}

    @property
    def reminder(self) -> str:
        """The id of the reminder whose occurrence it is."""
        return self.occurrence.split("/")[1]


def notice(
    about: str, chats: Iterable[str], text: str, now: datetime, question: Question | None = None
) -> tuple[Delivery, ...]:
    """Something that somebody must know at once, as a delivery to each of these chats. `about` makes it one that is
    told once. A long list is cut at a line so that every platform takes it.
    """
    if len(text) > _LONGEST_NOTICE:
        text = text[:_LONGEST_NOTICE].rpartition("\n")[0] + "\n- …"
    return tuple(
        Delivery(occurrence=f"{_NOTICE}{about}", chat=chat, due=now, duty_alert=True, text=text, question=question)
        for chat in chats
    )


def called(call: Call, sequence: int | str, chats: Iterable[str], due: datetime) -> tuple[Delivery, ...]:
    """A message of the ladder as a delivery to each of these chats. `sequence` tells it from others of its kind that
    follow the same ask, so that each is sent once.
    """
    about = f"{_NOTICE}{call.kind}/{call.of}/{sequence}"
    return tuple(Delivery(occurrence=about, chat=chat, due=due, duty_alert=True, call=call) for chat in chats)


def asked_of(issued: Issued, office: str, deliveries: Iterable[Delivery]) -> tuple[Delivery, ...]:
    """Those of an ask's deliveries by which this office may have read it."""
    return tuple(each for each in deliveries if each.may_be_read and office in issued.chats.get(each.chat, ()))


def deadline_of(issued: Issued, office: str, deliveries: Iterable[Delivery]) -> datetime | None:
    """By when this office owes its answer: the earliest deadline that it was told. What is to be sent again, or did not
    arrive after all, counts only where nothing else told it. None where nothing is owed.
    """
    if issued.owing is None:
        return None
    told = [each for each in asked_of(issued, office, deliveries) if each.deadline]
    stand = [each for each in told if each.state in ASKED]
    return min((each.deadline for each in stand or told if each.deadline), default=issued.owing.deadline)


def reminds_until(owing: Owing, deadline: datetime) -> datetime:
    """From when an office that owes by this deadline is reminded no more, whatever the season brings: from the last
    `then` step on, without one a day after the deadline (interface.md, "Answers").
    """
    if owing.then:
        return deadline - owing.within + max(step.after for step in owing.then)
    return deadline + _A_DAY
