"""Days and seasons in words, as calendar, ribbon and player say them."""

from datetime import date, datetime

from bot.app.view.day import SentTo, ShownDay, ShownSend
from bot.app.view.season import CalendarDay, KeyDay
from bot.campaign.rules import WEEKDAYS
from bot.language import Lang, Sentence, say, sentence
from bot.web.season.ribbon import Bar, Ribbon, Stretch
from bot.web.words import named_day


class DayWords:
    """What the templates say of days, in one language."""

    def __init__(self, lang: Lang) -> None:
        self._lang: Lang = lang

    def month(self, day: date) -> str:
        """二月 by its number, or by its name in English."""
        return self.say(_month(day))

    def month_of_year(self, day: date) -> str:
        """2027年2月."""
        return self.say(sentence("board.month-of-year", year=day.year, month=_month(day)))

    def short(self, day: date) -> str:
        """2月5日."""
        return self.say(_short(day))

    def named(self, day: date, *, year: bool = False) -> str:
        """2月5日 周五, or 2027年2月5日 周五."""
        return named_day(day, self._lang, year=year)

    def weekday(self, number: int) -> str:
        """周一 for 0."""
        return self.say(sentence(f"plan.{WEEKDAYS[number]}"))

    def initial(self, number: int) -> str:
        """一 for 0, as it heads a column."""
        return self.say(sentence(f"board.initial-{WEEKDAYS[number]}"))

    def counts(self, broadcasts: int, duty_alerts: int) -> str:
        """2 条提醒、1 条责任任务."""
        counted = [
            *([sentence("board.broadcasts", count=broadcasts)] if broadcasts else []),
            *([sentence("board.duty-alerts", count=duty_alerts)] if duty_alerts else []),
        ]
        return self.say(sentence("board.counted", counted=counted or [sentence("board.nothing-goes-out")]))

    def cell(self, day: CalendarDay) -> str:
        """A day of the calendar as its link says it: 2月5日 周五，2 条提醒、1 条责任任务，春节高等级防范期."""
        return self._clauses(
            f"{self.short(day.day)} {self.weekday(day.day.weekday())}",
            *(self.key_day(each) for each in day.key_days),
            self.counts(day.broadcasts, day.duty_alerts),
            *(self.watch(name) for name in day.watches),
            *(self.say(sentence("board.deadline-of", name=name)) for name in day.deadlines),
            *([self.say(sentence("board.day-is-provisional"))] if day.provisional else []),
            *([self.say(sentence("board.day-off"))] if day.off else []),
            *([self.say(sentence("board.day-of-trouble"))] if day.trouble else []),
        )

    def key_day(self, day: KeyDay) -> str:
        """春节, or 全国两会（暂定）."""
        return self.say(sentence("board.named-provisional", name=day.name)) if day.provisional else day.name

    def watch(self, name: str) -> str:
        """春节高等级防范期."""
        return self.say(sentence("board.watch-named", name=name))

    def phase_span(self, phase: Stretch) -> str:
        """部署发动：11月1日至11月30日."""
        return self.say(sentence("board.phase-is", name=phase.name, first=_short(phase.first), last=_short(phase.last)))

    def watch_span(self, watch: Stretch) -> str:
        """春节高等级防范期：1月29日至2月13日."""
        name = sentence("board.named-provisional", name=watch.name) if watch.provisional else watch.name
        return self.say(sentence("board.watch-is", name=name, first=_short(watch.first), last=_short(watch.last)))

    def until(self, day: date) -> str:
        """11月30日截止."""
        return self.say(sentence("board.until", day=_short(day)))

    def bar(self, bar: Bar) -> str:
        """A day of the ribbon: 2月5日 周五，2 条提醒."""
        weekday = self.weekday(bar.day.weekday())
        return self._clauses(f"{self.short(bar.day)} {weekday}", self.counts(bar.broadcasts, bar.duty_alerts))

    def ribbon(self, drawn: Ribbon) -> str:
        """The whole ribbon, for who does not see it."""
        first, last = _short(drawn.season.first), _short(drawn.season.last)
        whole = sentence("board.ribbon-words", first=first, last=last)
        counts = self.counts(drawn.broadcasts, drawn.duty_alerts)
        parts = [counts, *map(self.phase_span, drawn.phases), *map(self.watch_span, drawn.watches)]
        return self.say(whole) + ("；" if self._lang == "zh" else "; ").join(parts)

    def day_counts(self, day: ShownDay) -> str:
        """What a day brings: 2 条提醒、1 条责任任务，3 个群."""
        owed = sum(send.deadline is not None for send in day.sends)
        chats = {to.chat for send in day.sends for wording in send.wordings for to in wording.chats}
        counts = self.counts(len(day.sends) - owed, owed)
        return self._clauses(counts, self.say(sentence("board.to-chats", count=len(chats)))) if day.sends else counts

    def listed(self, names: tuple[str, ...]) -> str:
        """Names one after the other."""
        return self.say(sentence("board.counted", counted=names))

    def owed_by(self, send: ShownSend) -> str:
        """By when offices answer; another day than the send's is named."""
        if send.deadline is None:
            return ""
        return self.say(sentence("board.answer-until", moment=self.moment(send.deadline, send.due.date())))

    def came(self, to: SentTo, due: datetime) -> str:
        """What became of a send in one chat."""
        why = sentence("board.because", why=to.why) if to.why else ""
        moment = self.moment(to.at.astimezone(due.tzinfo), due.date()) if to.at else ""
        went = f"{to.came}-at" if to.came in {"sent", "merged"} and to.at is not None else to.came
        return self.say(sentence(f"board.came-{went}", moment=moment, why=why))

    def moment(self, moment: datetime, day: date) -> str:
        """09:00, with its day where that is another."""
        hour = f"{moment:%H:%M}"
        return hour if moment.date() == day else self.moment_of(moment)

    def moment_of(self, moment: datetime, *, year: bool = False) -> str:
        """1月29日 09:00, or 2027年1月29日 周五 09:00."""
        day = self.named(moment.date(), year=True) if year else self.short(moment.date())
        return f"{day} {moment:%H:%M}"

    def say(self, what: Sentence) -> str:
        """Any sentence."""
        return say(what, self._lang)

    def _clauses(self, *clauses: str) -> str:
        return ("，" if self._lang == "zh" else ", ").join(clauses)


def _month(day: date) -> Sentence:
    return sentence(f"board.month-{day.month}")


def _short(day: date) -> Sentence:
    return sentence("board.month-day", month=_month(day), day=day.day)
