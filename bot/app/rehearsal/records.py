"""Where rehearsals keep their records: `data/rehearsals/NAME`, beside the town's own and apart from it."""

from datetime import datetime

from bot.campaign.names import nearest
from bot.errors import NotFound, StoreUnwritable
from bot.language import sentence
from bot.settings import Settings, StoreSettings
from bot.store.reasons import why

FOLDER = "rehearsals"
LATEST = "latest"


def new_record(settings: Settings, now: datetime) -> str:
    """Make a folder for a rehearsal that begins now, named by the hour. Raises `StoreUnwritable`."""
    folder = settings.data / FOLDER
    for number in range(1, 1_000):
        name = f"{now:%Y%m%d-%H%M%S}" + (f"-{number}" if number > 1 else "")
        try:
            (folder / name).mkdir(parents=True)
        except FileExistsError:
            continue
        except OSError as error:
            raise StoreUnwritable(
                sentence("store.folder-unwritable", folder=str(folder / name), why=why(error))
            ) from error
        return name
    raise StoreUnwritable(sentence("store.folder-unwritable", folder=str(folder), why="…"))


def names(settings: Settings) -> tuple[str, ...]:
    """Every rehearsal on record, the oldest first."""
    folder = settings.data / FOLDER
    return tuple(sorted((each.name for each in folder.glob("*") if each.is_dir()), key=_by_hour))


def settings_in(settings: Settings, name: str) -> Settings:
    """The town's settings, with the record of this rehearsal (or the `latest`) in place of its own.

    Raises `NotFound` where there is none of this name, with the nearest that there is.
    """
    known = names(settings)
    if name == LATEST and known:
        name = known[-1]
    if name not in known:
        near = nearest(name, known)
        if near:
            raise NotFound(sentence("rehearsal.no-such-nearest", name=name, nearest=near))
        raise NotFound(sentence("rehearsal.no-such", name=name, folder=str(settings.data / FOLDER)))
    return at(settings, name)


def at(settings: Settings, name: str) -> Settings:
    """The town's settings with their data in a rehearsal's folder."""
    url = settings.store.url.rstrip("/")
    return settings.model_copy(update={"store": StoreSettings(url=f"{url}/{FOLDER}/{name}")})


def is_rehearsal(settings: Settings) -> bool:
    """Whether their data are a rehearsal's."""
    return settings.data.parent.name == FOLDER


def _by_hour(name: str) -> tuple[str, int]:
    hour, _, number = name.partition("-")[2].partition("-")
    return name.partition("-")[0] + hour, int(number) if number.isdigit() else 1
