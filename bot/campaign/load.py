"""A town's `schedules/` in; a schedule, and every error and warning of all its files, out.

`parse` is pure. A schedule is returned only where there is no error; what is wrong in one file hides nothing
of another.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel, ValidationError

from bot.campaign.checks import judged
from bot.campaign.draft import CampaignDraft, Draft
from bot.campaign.model import Campaign, KeyDatesFile, Schedule, Town
from bot.campaign.names import Names
from bot.campaign.problems import Findings, Place, Problem, in_order
from bot.campaign.reasons import problems_of
from bot.campaign.source import FOLDER, Source, read_source
from bot.errors import TownMissing
from bot.language import sentence

TOWN = "town.yaml"
KEY_DATES = "key-dates.yaml"

M = TypeVar("M", bound=BaseModel)


@dataclass(frozen=True)
class Loaded(Findings):
    """What a town's files say; with an error there is no schedule, and `draft` is what could be read all the same.
    `sources` are the files as read, by name; `files` names each campaign's by its id.
    """

    schedule: Schedule | None
    draft: Draft = field(repr=False)
    sources: Mapping[str, Source] = field(repr=False)
    files: Mapping[str, str]

    def place(self, file: str, *path: str | int) -> Place:
        """Where a value stands, or the nearest that holds it: `place("winter.yaml", "reminders", 3, "on")`.

        The path is made of the YAML's own keys (`from`, not `from_`) and of indices from 0.
        """
        source = self.sources.get(file)
        return source.place(*path) if source else Place(f"{FOLDER}/{file}", 1, 1)


def load(town_folder: Path) -> Loaded:
    """Read and judge a town's schedules. Raises TownMissing where the folder holds no town."""
    return parse(read(town_folder))


def read(folder: Path, within: str = FOLDER) -> dict[str, bytes]:
    """The YAML files of a town's `schedules/`, by name. Raises TownMissing where the folder holds no town."""
    schedules = folder / within
    if not (schedules / TOWN).is_file():
        raise TownMissing(sentence("schedule.no-town", folder=str(folder), file=f"{FOLDER}/{TOWN}"))
    found: dict[str, bytes] = {}
    for path in sorted(schedules.iterdir()):
        if path.suffix.lower() in {".yaml", ".yml"} and not path.name.startswith(".") and path.is_file():
            try:
                found[path.name] = path.read_bytes()
            except OSError as error:
                told = sentence("schedule.unreadable", file=f"{FOLDER}/{path.name}", why=str(error.strerror))
                raise TownMissing(told) from error
    return found


def parse(files: Mapping[str, bytes]) -> Loaded:
    """Read and judge the files of a `schedules/` folder. Never raises: what is wrong stands in `problems`."""
    misnamed = [
        Problem(Place(f"{FOLDER}/{name}", 1, 1), sentence("schedule.rename", name=name, to=f"{Path(name).stem}.yaml"))
        for name in files
        if not name.endswith(".yaml")
    ]
    sources = {name: read_source(name, data) for name, data in sorted(files.items()) if name.endswith(".yaml")}
    draft = _drafted(sources)
    problems = [*misnamed, *(problem for source in sources.values() for problem in source.problems)]
    if TOWN not in sources:
        problems.append(Problem(draft.town.place(), sentence("schedule.no-town-file")))
    town = _validated(draft.town, Town, draft.names, problems)
    dates = _validated(draft.key_dates, KeyDatesFile, draft.names, problems)
    campaigns = [_validated(each.source, Campaign, each.names, problems) for each in draft.campaigns]
    problems += judged(draft)
    schedule = None
    if town and dates and not any(each.severity == "error" for each in problems):
        schedule = Schedule(town, dates.key_dates, dates.workdays, tuple(each for each in campaigns if each))
    files_by_campaign = {
        each.id: draft_.source.name for each, draft_ in zip(campaigns, draft.campaigns, strict=True) if each
    }
    return Loaded(in_order(problems), schedule, draft, sources, files_by_campaign)


def _drafted(sources: Mapping[str, Source]) -> Draft:
    """Join the files: every campaign knows the town's offices and key dates, and its own phases and duties."""
    town = sources.get(TOWN, Source(TOWN, None))
    key_dates = sources.get(KEY_DATES, Source(KEY_DATES, {"key_dates": []}))
    names = Names()
    names.add("office", (town.tree or {}).get("offices"))
    names.add("chat", (town.tree or {}).get("chats"))
    names.add("key_date", (key_dates.tree or {}).get("key_dates"))
    campaigns = []
    for name, source in sources.items():
        if name not in {TOWN, KEY_DATES}:
            own = Names(dict(names.meanings))
            tree = source.tree or {}
            own.add("phase", tree.get("phases"))
            own.add("duty", tree.get("duties", []))
            campaigns.append(CampaignDraft(source, own))
    return Draft(town, key_dates, tuple(campaigns), names)


def _validated(source: Source, model: type[M], names: Names, problems: list[Problem]) -> M | None:
    if source.tree is None:
        return None
    try:
        return model.model_validate(source.tree, context={"names": names})
    except ValidationError as error:
        problems += problems_of(error, source, model)
        return None
