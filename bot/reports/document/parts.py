"""What the record tells, part by part, as 通报 and summing-up both have it: counts, names and moments, no judgement.
Nobody is ranked: offices stand in the town's order, duty items in the plan's.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime

from bot.campaign.model import Schedule
from bot.language import Lang, say, sentence
from bot.reports.answers import Outcome, OwedAnswer
from bot.reports.document.paper import Paper
from bot.reports.document.words import day_in_words, enumerated, listed, moment_in_words
from bot.reports.figures import Figures
from bot.reports.problems import Listed
from bot.reports.record import Record
from bot.reports.sendings import Undelivered

_OUTCOMES: tuple[Outcome, ...] = ("in_time", "late", "help", "open", "overdue", "withdrawn")
_FEW = 3
"""So many of what did not arrive are named one by one; of more the number is told, and the ledger has the rest."""
_FEW_MOMENTS = 8
"""So many answers of a kind are told with their moments, of more only how many."""
_MOST = 40
"""So many of a kind are listed in a document that is to be read."""


class Parts:
    """Writes the record's parts onto a paper."""

    def __init__(self, paper: Paper, record: Record, schedule: Schedule, lang: Lang) -> None:
        self._paper, self._record, self._schedule, self._lang = paper, record, schedule, lang

    def overview(self) -> None:
        """一、 What went out, and what was answered."""
        record, told = self._record, self._record.told
        self._paper.first(self._say("overview"))
        if not record.answers and not told.messages and not record.undelivered:
            self._paper.text(self._say("nothing"))
            return
        went = self._say(
            "went-out", asks=told.asks, broadcasts=told.broadcasts, messages=told.messages, chats=len(record.chats)
        )
        missing = len(record.undelivered)
        rest = self._say("not-arrived", count=missing) if missing else self._say("all-arrived")
        self._paper.second(self._say("went-out-head"), went + rest)
        total = record.total
        owed = self._say("answers-of-offices", offices=len(record.by_office), asked=total.asked, came=self._came(total))
        followed = self._say("followed", reminders=total.reminders, escalated=total.escalated)
        self._paper.second(self._say("answers-head"), owed + followed)

    def phases(self) -> None:
        """What was answered phase by phase."""
        self._paper.first(self._say("phases"))
        for each in self._record.by_phase:
            name = each.name or self._say("no-phase")
            self._paper.second(self._say("phase", name=name), self._counted(each.figures))

    def duties(self) -> None:
        """What was answered by duty item: who in time, who late, who asked for help, who owes."""
        of_duty = defaultdict[tuple[str, str | None], list[OwedAnswer]](list)
        for answer in self._record.answers:
            if answer.was_asked:
                for duty in answer.duties or (None,):
                    of_duty[answer.campaign, duty].append(answer)
        self._paper.first(self._say("duties"))
        leads = self._leads()
        for each in self._record.by_duty:
            if not each.figures.asked:
                continue
            head = self._say("duty", name=each.name) if each.name else self._say("no-duty")
            lead = leads.get((each.campaign, each.id))
            by = self._say("lead", offices=listed(lead, self._lang)) if lead else ""
            self._paper.second(head, by + self._say("asked", asked=each.figures.asked))
            for words in self._by_outcome(of_duty[each.campaign or "", each.id]):
                self._paper.third(words)
        if not self._record.total.asked:
            self._paper.text(self._say("nothing-owed"))

    def problems(self) -> None:
        """问题清单: what is needed, who sees to it, how it ended."""
        self._paper.first(self._say("problems"))
        found = self._record.problems
        if not found:
            self._paper.text(self._say("no-problems"))
            return
        states = [each.problem.state for each in found]
        counts = {state: states.count(state) for state in ("open", "taken", "closed")}
        self._paper.text(self._say("problems-count", count=len(found), **counts))
        for each in found[:_MOST]:
            self._paper.third(self._problem(each))
        self._rest(len(found))

    def undelivered(self) -> None:
        """What did not arrive, or may not have, by chat and reason."""
        self._paper.first(self._say("undelivered"))
        groups = defaultdict[tuple[str, str | None, str | None], list[Undelivered]](list)
        for each in self._record.undelivered:
            groups[each.state, each.chat, each.why].append(each)
        if not groups:
            self._paper.text(self._say("none-undelivered"))
        for (state, chat, why), found in list(groups.items())[:_MOST]:
            where = self._record.chats.get(chat, chat) if chat else self._say("no-chat")
            self._paper.third(
                self._say(
                    "undelivered-of",
                    chat=where,
                    count=len(found),
                    what=self._say(f"undelivered-{state}"),
                    which=self._named(((each.due, each.subject) for each in found), len(found)),
                    why=self._say("because", why=why) if why else "",
                )
            )
        self._rest(len(groups))

    def burden(self) -> None:
        """Asks by office and week, held against the limit that the town has set."""
        record = self._record
        self._paper.first(self._say("burden"))
        over = [
            self._say("over", week=self._day(week), office=record.offices[office], count=counts[office])
            for week, counts in record.weeks.items()
            for office in record.offices
            if counts.get(office, 0) > record.per_week
        ]
        most = max((count for counts in record.weeks.values() for count in counts.values()), default=0)
        self._paper.text(self._say("limit", per_week=record.per_week, weeks=len(record.weeks), most=most))
        if not over:
            self._paper.text(self._say("none-over"))
            return
        self._paper.text(self._say("over-count", count=len(over)))
        for words in over[:_MOST]:
            self._paper.third(words)
        self._rest(len(over))

    def offices(self) -> None:
        """附件: each office's figures, in the order of the town."""
        weeks = self._record.weeks.values()
        heads = [
            self._say(f"column-{name}")
            for name in ("office", "asked", *(each.replace("_", "-") for each in _OUTCOMES), "reminders", "week")
        ]
        rows = [
            (
                each.name or "",
                str(each.figures.asked),
                *map(str, _numbers(each.figures).values()),
                str(each.figures.reminders),
                str(max((counts.get(each.id or "", 0) for counts in weeks), default=0)),
            )
            for each in self._record.by_office
        ]
        self._paper.table(heads, (4, *[2] * (len(heads) - 1)), rows)

    def _leads(self) -> Mapping[tuple[str | None, str | None], Sequence[str]]:
        offices = self._schedule.offices
        return {
            (campaign.id, duty.id): [offices[each].name for each in duty.lead]
            for campaign in self._schedule.campaigns
            for duty in campaign.duties
        }

    def _by_outcome(self, answers: Sequence[OwedAnswer]) -> Iterator[str]:
        for outcome in _OUTCOMES:
            found = [each for each in answers if each.outcome == outcome]
            of_office = defaultdict[str, list[OwedAnswer]](list)
            for each in found:
                of_office[each.office].append(each)
            told = self._with_moments if len(found) <= _FEW_MOMENTS else self._with_count
            named = [told(name, of_office[each]) for each, name in self._record.offices.items() if each in of_office]
            if found:
                key = outcome.replace("_", "-")
                yield self._say(f"those-{key}", count=len(found), offices=listed(named, self._lang))

    def _with_count(self, name: str, answers: Sequence[OwedAnswer]) -> str:
        return self._say("office-count", office=name, count=len(answers))

    def _with_moments(self, name: str, answers: Sequence[OwedAnswer]) -> str:
        moments = listed((self._moment(_when(each)) for each in answers), self._lang)
        owes = answers[0].outcome in {"open", "overdue"}
        return self._say("office-due" if owes else "office-moments", office=name, moments=moments)

    def _problem(self, listed_: Listed) -> str:
        problem = listed_.problem
        words = self._say(
            "problem",
            office=listed_.office,
            opened=self._moment(problem.opened.at),
            ask=listed_.ask,
            need=problem.need or self._say("no-need"),
        )
        if problem.taken:
            taken = problem.taken
            words += self._say("taken", who=taken.name or taken.person, at=self._moment(taken.at))
        if problem.closed:
            how = self._say("how", how=problem.how) if problem.how else ""
            return words + self._say("closed", at=self._moment(problem.closed.at), how=how)
        return words + ("" if problem.taken else self._say("nobody"))

    def _counted(self, figures: Figures) -> str:
        return self._say("answers-owed", asked=figures.asked, came=self._came(figures))

    def _came(self, figures: Figures) -> str:
        counts = [
            self._say(f"count-{outcome.replace('_', '-')}", count=count)
            for outcome, count in _numbers(figures).items()
            if count
        ]
        return enumerated(counts, self._lang)

    def _named(self, which: Iterable[tuple[datetime, str]], count: int) -> str:
        few = [self._say("dated", at=self._moment(at), subject=subject) for at, subject in list(which)[:_FEW]]
        return listed(few, self._lang) + (self._say("and-more") if count > _FEW else "")

    def _rest(self, count: int) -> None:
        if count > _MOST:
            self._paper.text(self._say("rest", count=count - _MOST))

    def _moment(self, at: datetime) -> str:
        zone = self._record.zone
        return moment_in_words(at.astimezone(zone), self._record.now.astimezone(zone).year, self._lang)

    def _day(self, day: date) -> str:
        return day_in_words(day, self._lang)

    def _say(self, key: str, /, **values: object) -> str:
        return say(sentence(f"document.{key}", **values), self._lang)


def _numbers(figures: Figures) -> Mapping[Outcome, int]:
    """A group by how its answers ended, or stand; together they are as many as were asked."""
    return {
        "in_time": figures.in_time,
        "late": figures.late,
        "help": figures.help,
        "open": figures.open - figures.overdue,
        "overdue": figures.overdue,
        "withdrawn": figures.withdrawn,
    }


def _when(answer: OwedAnswer) -> datetime:
    """When it was given or help asked for; where it is not, by when it was, or is, owed."""
    return answer.given_at or (answer.answered_at if answer.state == "help" else None) or answer.deadline
