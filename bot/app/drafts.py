"""Drafts as files in the data folder. What a person may have made of one is never written over."""

from collections.abc import Iterable, Mapping
from contextlib import suppress
from pathlib import Path

from bot.campaign.model import Campaign, Phase, Schedule
from bot.errors import OutUnwritable
from bot.language import Lang, sentence
from bot.reports.document.summary import summing_up
from bot.reports.record import Record
from bot.reports.spreadsheet.workbook import spreadsheet
from bot.store import atomic
from bot.store.reasons import why

FOLDER = "drafts"
_SUFFIXES = (".docx", ".xlsx")


def draft(
    data: Path, name: str, record: Record, schedule: Schedule, campaign: Campaign, phase: Phase | None, lang: Lang
) -> Path:
    """Write a summing-up and its workbook, both or none; where the document lies. Raises `OutUnwritable`."""
    made = summing_up(record, schedule, campaign, phase, lang), spreadsheet(record, schedule, lang)
    files = dict(zip(_SUFFIXES, made, strict=True))
    folder = data / FOLDER
    try:
        folder.mkdir(exist_ok=True)
        atomic.flush_folder(data)
        free = _free(folder, name, files)
        _write(folder, free, files)
    except OSError as error:
        failed = str(error.filename or folder)
        raise OutUnwritable(sentence("cli.cannot-write", file=failed, why=why(error))) from error
    return folder / f"{free}.docx"


def take_back(documents: Iterable[Path]) -> None:
    """Remove what was just drafted and is to be drafted again, since nobody could be told of it."""
    for document in documents:
        for suffix in _SUFFIXES:
            with suppress(OSError):
                document.with_suffix(suffix).unlink()


def _free(folder: Path, name: str, files: Mapping[str, bytes]) -> str:
    """The name, and a number where a draft of that name lies there already."""
    number, free = 1, name
    while any((folder / f"{free}{suffix}").exists() for suffix in files):
        number += 1
        free = f"{name}-{number}"
    return free


def _write(folder: Path, name: str, files: Mapping[str, bytes]) -> None:
    """Write these files, named alike but for their suffix: all of them or none. Raises OSError."""
    written: list[Path] = []
    try:
        for suffix, content in files.items():
            atomic.replace(folder / f"{name}{suffix}", content, former=None)
            written.append(folder / f"{name}{suffix}")
    except OSError:
        for each in written:
            each.unlink()
        raise
