"""Whole seasons and single days for pages to show: the shipped town's winter, without its schedule."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, time, timedelta

from bot.app.view.day import Came, SentTo, ShownDay, ShownSend, Wording
from bot.app.view.season import Band, CalendarDay, KeyDay, Rail, ShownSeason
from bot.app.view.stage import Playing, Speed
from bot.errors import GengfuError
from tests.web.live import ALERT, NOW, TOWN, WARNING, InMemory, a_message, a_town

TODAY = NOW.date()
FIRST, LAST = date(2026, 11, 1), date(2027, 3, 31)
PHASES = (
    Rail("mobilise", "部署发动", FIRST, date(2026, 11, 30)),
    Rail("carry-out", "组织实施", date(2026, 12, 1), date(2027, 3, 25)),
    Rail("sum-up", "总结提升", date(2027, 3, 26), LAST),
)
WATCHES = (
    Band("new-year", "元旦", date(2026, 12, 30), date(2027, 1, 2), provisional=False),
    Band("spring-festival", "春节", date(2027, 1, 29), date(2027, 2, 13), provisional=False),
    Band("lantern", "元宵节", date(2027, 2, 19), date(2027, 2, 21), provisional=False),
    Band("two-sessions", "全国两会", date(2027, 3, 1), date(2027, 3, 13), provisional=True),
)
KEY_DAYS = {
    date(2026, 12, 22): "冬至",
    date(2027, 1, 1): "元旦",
    date(2027, 1, 20): "大寒",
    date(2027, 2, 5): "除夕",
    date(2027, 2, 6): "春节",
    date(2027, 2, 20): "元宵节",
    **{date(2027, 3, day): "全国两会" for day in range(4, 13)},
}
HOLIDAYS = {date(2027, 1, 1), *(date(2027, 2, day) for day in range(5, 13))}
WORKED = {date(2027, 1, 30), date(2027, 2, 13)}
TROUBLED = {date(2026, 12, 14), date(2027, 1, 18)}


def a_calendar_day(day: date, broadcasts: int = 0, duty_alerts: int = 0, **but: object) -> CalendarDay:
    """A working day with so many sends."""
    made = CalendarDay(day, broadcasts, duty_alerts, False, (), (), (), off=False, trouble=False)
    return replace(made, **but)  # type: ignore[arg-type]


def a_season(*days: CalendarDay, today: date = TODAY, **but: object) -> ShownSeason:
    """A season of these days, which follow each other."""
    first, last = days[0].day, days[-1].day
    made = ShownSeason("winter-2026", "今冬明春", (("winter-2026", "今冬明春"),), first, last, today, (), (), days)
    return replace(made, **but)  # type: ignore[arg-type]


def winter(today: date = TODAY) -> ShownSeason:
    """The winter of 2026 with three phases and four watches, of which the last is not announced yet."""
    return ShownSeason(
        campaign="winter-2026",
        title="金龙镇今冬明春消防安全防范工作",
        campaigns=(("winter-2023", "2023 年冬季消防安全防范工作"), ("winter-2026", "金龙镇今冬明春消防安全防范工作")),
        first=FIRST,
        last=LAST,
        today=today,
        phases=PHASES,
        watches=WATCHES,
        days=tuple(_winter_day(FIRST + timedelta(days=number), today) for number in range((LAST - FIRST).days + 1)),
    )


def _winter_day(day: date, today: date) -> CalendarDay:
    watches = tuple(each for each in WATCHES if each.first <= day <= each.last)
    in_two_sessions = any(each.provisional for each in watches)
    named = KEY_DAYS.get(day)
    carried_out = PHASES[1].first <= day <= PHASES[1].last
    near = {(key - day).days for key, name in KEY_DAYS.items() if KEY_DAYS.get(key - timedelta(days=1)) != name}
    off = day in HOLIDAYS or (day.weekday() >= 5 and day not in WORKED)
    return CalendarDay(
        day=day,
        broadcasts=(day.day == 14) + (near & {0, 3} != set()) + (day in {each.first for each in PHASES}),
        duty_alerts=(carried_out and day.weekday() == 0)
        + (carried_out and 16 <= day.day <= 20 and not off)
        + bool(watches and not in_two_sessions)
        + 2 * (near & {1} != set()),
        provisional=in_two_sessions,
        key_days=(KeyDay(named, provisional=named == "全国两会"),) if named else (),
        watches=tuple(each.name for each in watches),
        deadlines=tuple(each.name for each in PHASES if each.last == day),
        off=off,
        trouble=day in TROUBLED and day < today,
    )


def sent_to(chat: str, title: str, came: Came = "ahead", at: datetime | None = None, why: str | None = None) -> SentTo:
    """One chat of a send."""
    return SentTo(chat, title, came, at, why)


def a_broadcast(day: date = date(2027, 2, 3), *chats: SentTo, **but: object) -> ShownSend:
    """A warning to residents at nine."""
    made = ShownSend(
        occurrence=f"winter-2026/spring-festival-warning/{day}",
        reminder="spring-festival-warning",
        due=datetime.combine(day, time(9), TOWN.zone),
        reason="春节前 3 天",
        subject="春节消防安全提醒",
        provisional=False,
        offices=(),
        deadline=None,
        wordings=(Wording(WARNING, chats or (sent_to("longmen-residents", "龙门村居民群"),)),),
    )
    return replace(made, **but)  # type: ignore[arg-type]


def a_duty_alert(day: date = date(2027, 2, 3), *chats: SentTo, **but: object) -> ShownSend:
    """An alert to three offices at nine, which they owe an answer by five."""
    made = ShownSend(
        occurrence=f"winter-2026/fireworks-duty/{day}",
        reminder="fireworks-duty",
        due=datetime.combine(day, time(9), TOWN.zone),
        reason="春节高等级防范期第 1 天",
        subject="【消防安全值守】烟花爆竹存储、销售、燃放安全管理（九.4）",
        provisional=False,
        offices=("应急办", "派出所", "综合执法大队"),
        deadline=datetime.combine(day, time(17), TOWN.zone),
        wordings=(Wording(ALERT, chats or (sent_to("duty-room", "消防安全工作群"),)),),
    )
    return replace(made, **but)  # type: ignore[arg-type]


def a_day(day: date = date(2027, 2, 3), *sends: ShownSend, **but: object) -> ShownDay:
    """A day with these sends and nothing round it."""
    return replace(ShownDay(day, sends, (), (), (), None, None), **but)  # type: ignore[arg-type]


def days_of(season: ShownSeason) -> Iterator[ShownDay]:
    """Every day of a season with its sends in full; the past went well but for its days of trouble."""
    full = [each.day for each in season.days if each.sends]
    for each in season.days:
        residents = [_went(each, season.today, f"{name}-residents", f"{name}居民群") for name in ("龙门村", "清溪村")]
        room = _went(each, season.today, "duty-room", "消防安全工作群")
        yield ShownDay(
            day=each.day,
            sends=(
                *(
                    a_broadcast(each.day, *residents, occurrence=f"w/broadcast-{number}/{each.day}")
                    for number in range(each.broadcasts)
                ),
                *(
                    a_duty_alert(each.day, room, occurrence=f"w/duty-{number}/{each.day}", provisional=each.provisional)
                    for number in range(each.duty_alerts)
                ),
            ),
            key_days=each.key_days,
            watches=each.watches,
            phases=tuple(phase.name for phase in season.phases if phase.first <= each.day <= phase.last),
            before=max((day for day in full if day < each.day), default=None),
            after=min((day for day in full if day > each.day), default=None),
        )


def _went(day: CalendarDay, today: date, chat: str, title: str) -> SentTo:
    if day.day >= today:
        return sent_to(chat, title)
    if day.trouble:
        return sent_to(chat, title, "failed", why="机器人已被移出群聊")
    return sent_to(chat, title, "sent", datetime.combine(day.day, time(9), TOWN.zone))


def with_winter(live: InMemory, today: date = TODAY) -> InMemory:
    """A town that has this winter in its calendar."""
    season = winter(today)
    live.seasons = {season.campaign: season}
    live.days = {each.day: each for each in days_of(season)}
    return live


class FakeStage:
    """`Stage` that plays what it is told: each step is a day, and brings one message to the first chat. What it was
    asked is kept in `moves`; `refuses` is what it says to the next beginning.
    """

    def __init__(self) -> None:
        self.live: InMemory | None = None
        self.at: Playing | None = None
        self.moves: list[str] = []
        self.refuses: GengfuError | None = None

    def playing(self) -> Playing | None:
        return self.at

    async def begin(self, first: datetime, last: datetime, speed: Speed) -> None:
        self.moves.append(f"begin {first:%Y-%m-%dT%H:%M} {last:%Y-%m-%dT%H:%M} {speed}")
        if self.refuses:
            raise self.refuses
        self.live = with_winter(a_town())
        self.live.time.jump(first)
        nine = first.replace(hour=9, minute=0)
        self.at = Playing("20270129-0855", first, last, first, "playing", speed, nine, 0, 16, 0, 0, 0)

    def play(self) -> None:
        self._now("play", state="playing")

    def pause(self) -> None:
        self._now("pause", state="paused")

    def step(self) -> None:
        assert self.at
        assert self.live
        if (now := self.at.upcoming) is None:
            return
        after = now + timedelta(days=1)
        self.live.time.jump(now)
        self.live.arrive(
            "duty-room", a_message(f"step-{self.at.passed}", f"**【演练】第 {self.at.passed + 1} 条**", at=now)
        )
        self._now(
            "step",
            state="paused",
            now=now,
            upcoming=after if after <= self.at.last else None,
            passed=self.at.passed + 1,
            sent=self.at.sent + 3,
        )

    def set_speed(self, speed: Speed) -> None:
        self._now(f"speed {speed}", speed=speed)

    async def end(self) -> None:
        self.moves.append("end")
        self.live = self.at = None

    def run_out(self) -> None:
        """Come to the end of the span."""
        assert self.at
        self._now("run out", state="ended", now=self.at.last, upcoming=None, passed=self.at.total)

    def _now(self, move: str, **but: object) -> None:
        self.moves.append(move)
        self.at = self.at and replace(self.at, **but)  # type: ignore[arg-type]
