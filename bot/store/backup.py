"""Files as one file that is whole or refused: a zip, which ordinary tools open, whose comment is the SHA-256 of all
that stands before it. Cut short anywhere, or with any byte changed, it is not read.

Inside, `manifest.json` names each file with its size and SHA-256, for who wants to check it by hand.
"""

import hashlib
import io
import re
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson

from bot.errors import BackupRefused
from bot.language import sentence

FORM = 1
"""The form of the parcel. One that says more was packed by a later Gengfu."""

_MANIFEST = "manifest.json"
_SEAL = b"sha256:"
_SEALED = len(_SEAL) + 64
_STEP = re.compile(r"(?!\.)[^/\\\0]+")


@dataclass(frozen=True)
class Parcel:
    """What was packed: files by their path, and when."""

    files: Mapping[str, bytes]
    made: datetime


def pack(parcel: Parcel) -> bytes:
    """A parcel as the content of one file."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, content in {_MANIFEST: _manifest(parcel), **parcel.files}.items():
            packed.writestr(zipfile.ZipInfo(name, parcel.made.timetuple()[:6]), content, zipfile.ZIP_DEFLATED)
        packed.comment = _SEAL + b"0" * 64
    content = out.getvalue()[:-_SEALED]
    return content + _seal(content)


def unpack(content: bytes, name: str) -> Parcel:
    """The parcel that is in a file's content; `name` is the file's, for who reads an error.

    Raises `BackupRefused` where it is no parcel, or not whole, or of a later form.
    """
    if content[-_SEALED:] != _seal(content[:-_SEALED]):
        raise BackupRefused(sentence("safekeeping.not-whole", file=name))
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            manifest: dict[str, Any] = orjson.loads(packed.read(_MANIFEST))
            if manifest["form"] > FORM:
                raise BackupRefused(sentence("safekeeping.newer", file=name))
            files = {each: packed.read(each) for each in packed.namelist() if each != _MANIFEST}
            made = datetime.fromisoformat(manifest["made"])
            listed = manifest["files"]
    except (zipfile.BadZipFile, ValueError, KeyError, TypeError, NotImplementedError) as error:
        raise BackupRefused(sentence("safekeeping.not-whole", file=name)) from error
    if listed != _listed(files) or not all(_stays_inside(each) for each in files):
        raise BackupRefused(sentence("safekeeping.not-whole", file=name))
    return Parcel(files, made)


def _manifest(parcel: Parcel) -> bytes:
    told = {"gengfu": "backup", "form": FORM, "made": parcel.made, "files": _listed(parcel.files)}
    return orjson.dumps(told, option=orjson.OPT_INDENT_2)


def _listed(files: Mapping[str, bytes]) -> dict[str, dict[str, str | int]]:
    return {
        name: {"sha256": hashlib.sha256(content).hexdigest(), "bytes": len(content)} for name, content in files.items()
    }


def _seal(content: bytes) -> bytes:
    return _SEAL + hashlib.sha256(content).hexdigest().encode()


def _stays_inside(path: str) -> bool:
    """Whether a path leads nowhere but down."""
    return all(_STEP.fullmatch(step) for step in path.split("/"))
