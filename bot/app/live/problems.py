"""问题清单 as pages show it: folded once, and again when something of a problem went on record."""

from collections.abc import Mapping
from datetime import timedelta

from bot.acknowledgements.helping import may_see_to
from bot.app.live.occurrence import person_named
from bot.app.routing import ADMINS
from bot.app.run import Bot
from bot.app.view.problems import Did, ShownProblem, ShownProblems
from bot.channels.buttons import buttons_of_call
from bot.ledger.deliveries import Call, Issued
from bot.ledger.entries import ANSWERS, Kind
from bot.ledger.problems import Who
from bot.planner.addressing import chats_of_offices
from bot.reports.problems import Listed, problem_list
from bot.store.protocol import Change

KEPT = timedelta(days=30)
"""So long a problem stays on the list that was closed."""
_TOUCH: frozenset[Kind] = frozenset({*ANSWERS, "corrected", "need", "taken", "closed"})


class Problems:
    """The list, kept up with each commit."""

    def __init__(self, bot: Bot) -> None:
        self._bot = bot
        self._listed: tuple[Listed, ...] | None = None
        self._revision = 0

    def hear(self, change: Change) -> None:
        """Look again once something of a problem went on record."""
        if any(entry.kind in _TOUCH for entry in change.entries):
            self._listed = None
            self._revision += 1

    async def shown(self) -> ShownProblems:
        """The open ones, the oldest first, then those lately closed, the newest first."""
        found = await self._all()
        since = self._bot.clock.now() - KEPT
        open_ = [self._shown(each) for each in found if each.is_open]
        over = [(each.problem.closed.at, each) for each in found if each.problem.closed]
        lately = sorted((each for each in over if each[0] >= since), key=lambda each: each[0], reverse=True)
        return ShownProblems(tuple(open_), tuple(self._shown(each) for _, each in lately))

    async def _all(self) -> tuple[Listed, ...]:
        """What comes while it is being read has it read again the next time."""
        if (found := self._listed) is None:
            before = self._revision
            found = await problem_list(self._bot.store)
            if self._revision == before:
                self._listed = found
        return found

    def _shown(self, listed: Listed) -> ShownProblem:
        problem, issued = listed.problem, listed.issued
        zone, lang = self._bot.in_force.schedule.town.zone, self._bot.lang
        return ShownProblem(
            token=issued.token,
            number=problem.number,
            office=problem.office,
            name=listed.office,
            ask=listed.ask,
            due=issued.due.astimezone(zone),
            opened=self._did(problem.opened, issued),
            need=problem.need,
            taken=self._did(problem.taken, issued) if problem.taken else None,
            closed=self._did(problem.closed, issued) if problem.closed else None,
            how=problem.how,
            press_in=ADMINS,
            buttons=buttons_of_call(_call(listed), issued, ADMINS, problem, lang),
            seats={} if problem.closed else self._seats(listed),
        )

    def _seats(self, listed: Listed) -> Mapping[str, str]:
        """Whoever is told of such a problem may see to it, in a chat of theirs that lives on the board."""
        schedule, routes = self._bot.in_force.schedule, self._bot.routes.table
        among = may_see_to(schedule, listed.issued, listed.problem.office, ())
        found: dict[str, str] = {}
        for chat, offices in chats_of_offices(schedule, among).items():
            route = routes.get(chat)
            if route is not None and route.channel.name == "board":
                for each in offices:
                    found.setdefault(each, chat)
        return found

    def _did(self, who: Who, issued: Issued) -> Did:
        name = person_named(who.person, who.name or who.office, issued.offices, self._bot.lang)
        beside = f"（{who.office}）" if who.name and who.office else ""
        return Did(f"{name}{beside}", who.at.astimezone(self._bot.in_force.schedule.town.zone))


def _call(listed: Listed) -> Call:
    return Call(
        kind="help", of=listed.issued.occurrence, offices=(listed.problem.office,), number=listed.problem.number
    )
