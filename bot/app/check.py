"""The whole judgement of a town's files: campaign, plan and rendered messages, with every error at once."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from itertools import chain

from bot.app.answerable import unanswerable
from bot.app.in_force import InForce
from bot.app.lengths import Lengths
from bot.app.mentioning import mention_fit, misplaced_mentions
from bot.app.platforms import KNOWN, PERSONS, WORDINGS, address_of, has_key, lacking
from bot.app.sources import Sources
from bot.calendar.workdays import is_published
from bot.campaign.load import Loaded, parse
from bot.campaign.model import Campaign, Chat, Person, Reminder, Schedule
from bot.campaign.names import nearest
from bot.campaign.problems import Findings, Place, Problem, excerpt
from bot.errors import SettingsError
from bot.language import Sentence, sentence
from bot.ledger.deliveries import Issued
from bot.outbox.issue import issue
from bot.outbox.terms import terms_of
from bot.planner.anchors import key_days
from bot.planner.occurrence import Occurrence
from bot.planner.plan import season
from bot.renderer.templates import Boundless, MessageError, Messages
from bot.settings import Settings

_DAY = timedelta(days=1)
Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class Judged(Findings):
    """What came of it: a schedule that may be run, and all there is to say.

    A key that is lost, and an office that can answer nowhere for want of what is set up, are errors which cost only the
    chats that need it: whoever can be warned must be. Any other leaves `in_force` None.
    """

    in_force: InForce | None


@dataclass(frozen=True)
class Case:
    """What the checks look at. `lived` maps chats that were once sent to on their platform to that platform."""

    loaded: Loaded
    schedule: Schedule
    messages: Messages
    settings: Settings
    now: datetime
    lived: Mapping[str, str]
    progress: Progress = field(default=lambda _done, _all: None)

    def at(self, campaign: Campaign, *path: str | int) -> Place:
        """A place in a campaign's file."""
        return self.loaded.place(self.loaded.files[campaign.id], *path)


def judge(
    sources: Sources,
    settings: Settings,
    now: datetime,
    lived: Mapping[str, str],
    progress: Progress = lambda _done, _all: None,
) -> Judged:
    """Judge a town's files; never raises for what is in them."""
    loaded = parse(sources.schedules)
    texts, problems = _read_messages(sources.messages)
    messages = Messages(texts, settings.lang)
    problems = [*loaded.problems, *problems, *_strays(messages), *_platforms(loaded, settings), *_persons(loaded)]
    problems += misplaced_mentions(loaded.draft)
    if loaded.schedule is None:
        return Judged((*problems, *_syntax(messages)), None)
    case = Case(loaded, loaded.schedule, messages, settings, now, lived, progress)
    for rule in (_admins, _never_fires, _years_without_date, _unpublished_workdays, _burden, _texts):
        problems += rule(case)
    runs = not any(each.severity == "error" for each in problems)
    problems += (*_stand_ins(case), *unanswerable(loaded, loaded.schedule, settings))
    return Judged(tuple(problems), InForce(loaded.schedule, messages, sources) if runs else None)


def _read_messages(files: Mapping[str, bytes]) -> tuple[dict[str, str], list[Problem]]:
    """The texts of the messages; one that is not UTF-8 is told, and read as far as it can be."""
    texts: dict[str, str] = {}
    problems = []
    for name, content in files.items():
        try:
            texts[name] = content.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            line = content[: error.start].count(b"\n") + 1
            texts[name] = content.decode("gb18030", errors="replace")
            key = "message.not-utf8" if "\ufffd" in texts[name] else "message.gbk"
            problems.append(Problem(Place(f"messages/{name}", line, 1), sentence(key)))
    return texts, problems


def _platforms(loaded: Loaded, settings: Settings) -> Iterator[Problem]:
    """Chats on platforms that there are, at addresses that these can have, each of them once."""
    taken: dict[tuple[str, str], Chat] = {}
    for part in loaded.draft.chats:
        chat = part.value
        if chat.on not in KNOWN:
            yield Problem(part.source.place(*part.path, "on"), _unknown_platform(chat.on, KNOWN))
        elif has_key(chat, settings) or isinstance(chat.address, str):
            place = part.source.place(*part.path, "address")
            try:
                address = address_of(chat, settings)
            except SettingsError as error:
                yield Problem(place, error.sentence)
                continue
            if chat.on == "wecom-robot" and isinstance(chat.address, str):
                yield Problem(place, sentence("check.key-written", chat=chat.id), "warning")
            first = taken.setdefault((chat.on, address), chat)
            if first is not chat and chat.on != "board" and first.address != chat.address:
                yield Problem(place, sentence("check.same-address", chat=chat.id, first=first.id))


def _persons(loaded: Loaded) -> Iterator[Problem]:
    """Members and admins of whom no platform could know."""
    people: list[tuple[tuple[str | int, ...], Person]] = []
    for part in loaded.draft.offices:
        people += [((*part.path, "members", index), each) for index, each in enumerate(part.value.members)]
    if loaded.schedule is not None:
        people += [(("admins", index), each) for index, each in enumerate(loaded.schedule.town.admins)]
    for path, person in people:
        if (ids := PERSONS.get(person.platform)) is None:
            yield Problem(loaded.place("town.yaml", *path), _unknown_platform(person.platform, PERSONS))
        elif not ids.fullmatch(person.id):
            place = loaded.place("town.yaml", *path, person.platform)
            yield Problem(place, sentence("check.no-such-person", id=excerpt(person.id), platform=person.platform))


def _syntax(messages: Messages) -> Iterator[Problem]:
    """What is wrong with templates whatever the schedule is."""
    for error in messages.syntax_errors():
        yield Problem(Place(error.file, error.line, 1), error.what)


def _strays(messages: Messages) -> Iterator[Problem]:
    """Wordings for a platform that there is not, which nobody would ever read."""
    for file, word in messages.strays(WORDINGS):
        near, known = nearest(word, WORDINGS), sorted(WORDINGS)
        what = (
            sentence("message.stray-nearest", word=excerpt(word), nearest=near, platforms=known)
            if near
            else sentence("message.stray", word=excerpt(word), platforms=known)
        )
        yield Problem(Place(f"messages/{file}", 1, 1), what, "warning")


def _admins(case: Case) -> Iterator[Problem]:
    if not case.schedule.town.admins:
        yield Problem(case.loaded.place("town.yaml", "admins"), sentence("check.no-admins"), "warning")


def _unknown_platform(word: str, known: Iterable[str]) -> Sentence:
    if near := nearest(word, known):
        return sentence("settings.unknown-platform-nearest", word=excerpt(word), nearest=near, platforms=[*known])
    return sentence("settings.unknown-platform", word=excerpt(word), platforms=[*known])


def _stand_ins(case: Case) -> Iterator[Problem]:
    waiting: dict[str, list[int]] = defaultdict(list)
    for index, chat in enumerate(case.schedule.town.chats):
        if chat.on in KNOWN and not has_key(chat, case.settings):
            if case.lived.get(chat.id) == chat.on:
                place = case.loaded.place("town.yaml", "chats", index, "on")
                yield Problem(
                    place, sentence("check.lost-key", chat=chat.id, platform=sentence(f"board.platform-{chat.on}"))
                )
            else:
                waiting[chat.on].append(index)
    own = [index for index, chat in enumerate(case.schedule.town.chats) if chat.on == "wecom-app"]
    if own and case.settings.wecom.has_bad_aes_key:
        yield Problem(case.loaded.place("town.yaml", "chats", own[0], "on"), sentence("wecom.aes-key"))
    for platform, indexes in waiting.items():
        place = case.loaded.place("town.yaml", "chats", indexes[0], "on")
        lack = dict.fromkeys(
            name for each in indexes for name in lacking(case.schedule.town.chats[each], case.settings)
        )
        what = sentence("check.on-the-board", platform=platform, count=len(indexes), names=[*lack])
        yield Problem(place, what, "warning")


def _reminders(case: Case) -> Iterator[tuple[Campaign, int, Reminder]]:
    for campaign in case.schedule.campaigns:
        for index, reminder in enumerate(campaign.reminders):
            yield campaign, index, reminder


def _never_fires(case: Case) -> Iterator[Problem]:
    firing = {(each.campaign, each.reminder) for each in season(case.schedule)}
    for campaign, index, reminder in _reminders(case):
        if (campaign.id, reminder.id) in firing:
            continue
        key_date = getattr(reminder.on, "key_date", None) or getattr(reminder.on, "watch", None)
        undated = key_date is not None and _undated_years(case.schedule, campaign, key_date)
        yield Problem(
            case.at(campaign, "reminders", index, "on"),
            sentence("check.never-fires", reminder=reminder.id),
            "warning" if undated else "error",
        )


def _undated_years(schedule: Schedule, campaign: Campaign, key_date_id: str) -> list[int]:
    """The campaign's years for which an announced date is still to be written."""
    key_date = schedule.key_date(key_date_id)
    if key_date.on.by_year is None:
        return []
    years = {campaign.first_day.year, campaign.last_day.year}
    return sorted(year for year in years if not any(key_days(key_date, range(year, year + 1))))


def _years_without_date(case: Case) -> Iterator[Problem]:
    for index, key_date in enumerate(case.schedule.key_dates):
        users = [
            campaign
            for campaign, _, reminder in _reminders(case)
            if key_date.id in {getattr(reminder.on, "key_date", None), getattr(reminder.on, "watch", None)}
        ]
        years = sorted({year for campaign in users for year in _undated_years(case.schedule, campaign, key_date.id)})
        if years and key_date.on.otherwise is None:
            place = case.loaded.place("key-dates.yaml", "key_dates", index, "on")
            yield Problem(place, sentence("check.no-date-for", name=key_date.name, years=years), "warning")


def _unpublished_workdays(case: Case) -> Iterator[Problem]:
    today = case.now.astimezone(case.schedule.town.zone).date()
    told: set[int] = set()
    for campaign, index, reminder in _reminders(case):
        if reminder.on.shift is None or campaign.last_day < today:
            continue
        for year in {campaign.first_day.year, campaign.last_day.year} - told:
            if year not in case.schedule.workdays and not is_published(year) and today >= date(year - 1, 11, 1):
                told.add(year)
                place = case.at(campaign, "reminders", index, "on", "shift")
                yield Problem(place, sentence("check.workdays-unpublished", year=year), "warning")


def _burden(case: Case) -> Iterator[Problem]:
    """What an office is asked in a week, Monday to Sunday, over all campaigns: ask seldom."""
    limit = case.schedule.town.burden.per_week
    asks: dict[tuple[str, date], list[Occurrence]] = defaultdict(list)
    for each in season(case.schedule):
        if each.answer:
            monday = each.due.date() - each.due.weekday() * _DAY
            for office in each.offices:
                asks[office, monday].append(each)
    worst: dict[tuple[str, str], tuple[int, date]] = {}
    for (office, monday), found in asks.items():
        key = (office, found[0].campaign)
        if len(found) > max(limit, worst.get(key, (0, monday))[0]):
            worst[key] = (len(found), monday)
    for (office, campaign_id), (count, monday) in worst.items():
        campaign = case.schedule.campaign(campaign_id)
        assert campaign is not None  # noqa: S101 - planned from it
        name = case.schedule.offices[office].name
        what = sentence("check.burden", office=name, monday=monday, count=count, limit=limit)
        yield Problem(case.at(campaign, "reminders"), what, "warning")


def _texts(case: Case) -> Iterator[Problem]:
    """Each message rendered for every occurrence of the season, and as long as it may become held against the limit
    of every platform that it goes to. One that is too long is told of once, and once if it fits no card.
    """
    found: dict[Problem, None] = {}
    boundless: set[str] = set()
    cardless: set[str] = set()
    occurrences = season(case.schedule)
    mentions = terms_of(case.schedule, (), case.settings.lang).mentions
    lengths = Lengths(case.schedule, case.messages, case.settings, mentions)
    for done, occurrence in enumerate(occurrences):
        case.progress(done, len(occurrences))
        if occurrence.message in boundless:
            continue
        try:
            issued = issue(case.schedule, case.messages, occurrence, occurrence.due, "")
        except MessageError as error:
            found[_unrenderable(case, occurrence, error)] = None
            boundless |= {occurrence.message} if isinstance(error, Boundless) else set()
            continue
        for problem in chain(lengths.problems(occurrence.message, issued), _calls_by_name(case, issued, mentions)):
            told = boundless if problem.severity == "error" else cardless
            if occurrence.message not in told:
                found[problem] = None
                told.add(occurrence.message)
    case.progress(len(occurrences), len(occurrences))
    yield from found


def _calls_by_name(case: Case, issued: Issued, mentions: Mapping[str, Iterable[str]]) -> Iterator[Problem]:
    """What is too long of what a group robot says beside an ask (`mention_by`)."""
    for chat in issued.chats:
        fit = mention_fit(case.schedule, case.settings, issued, chat, mentions)
        if fit and not fit.fits:
            place = case.loaded.place("town.yaml", "chats", [*case.schedule.chats].index(chat), "mention_by")
            yield Problem(place, sentence("check.mention-too-long", chat=chat, used=fit.used, allowed=fit.allowed))


def _unrenderable(case: Case, occurrence: Occurrence, error: MessageError) -> Problem:
    if error.file.removeprefix("messages/") in case.messages.sources:
        return Problem(Place(error.file, error.line, 1), error.what)
    campaign = case.schedule.campaign(occurrence.campaign)
    assert campaign is not None  # noqa: S101 - planned from it
    index = next(n for n, each in enumerate(campaign.reminders) if each.id == occurrence.reminder)
    return Problem(case.at(campaign, "reminders", index, "message"), error.what)
