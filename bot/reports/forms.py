"""The record as a file: which forms there are, each written by a library that is loaded only when it is asked for."""

from importlib import import_module
from typing import Literal

from bot.campaign.model import Schedule
from bot.language import Lang
from bot.reports.record import Record

Form = Literal["xlsx", "docx"]

MEDIA: dict[Form, str] = {
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
}
"""What a browser calls each of them."""

_WRITERS: dict[Form, tuple[str, str]] = {
    "xlsx": ("bot.reports.spreadsheet.workbook", "spreadsheet"),
    "docx": ("bot.reports.document.notice", "document"),
}


def written(form: Form, record: Record, schedule: Schedule, lang: Lang) -> bytes:
    """The record in this form. Takes up to seconds of a big one."""
    module, name = _WRITERS[form]
    content: bytes = getattr(import_module(module), name)(record, schedule, lang)
    return content
