"""The key that signs links: as set, or made at the first start and kept in the data folder for the bot alone.

It is in no backup: after a restore on another machine links made before are refused, and are made anew.
"""

import os
import secrets
from pathlib import Path

from bot.errors import StoreUnwritable
from bot.language import sentence
from bot.settings import Settings
from bot.store.atomic import flush_folder
from bot.store.reasons import why

FILE = "secret.key"
_BYTES = 32


def secret_key(settings: Settings) -> bytes:
    """The town's key. Raises `StoreUnwritable` where none is set and none can be kept."""
    if settings.secret_key is not None:
        return settings.secret_key.get_secret_value().encode()
    file = settings.data / FILE
    try:
        return _kept(file) or _made(file)
    except OSError as error:
        raise StoreUnwritable(sentence("store.unwritable", file=FILE, why=why(error))) from error


def _kept(file: Path) -> bytes | None:
    """None where it is not there, or a crash left it half written."""
    key = file.read_bytes() if file.exists() else b""
    return key if len(key) == _BYTES else None


def _made(file: Path) -> bytes:
    file.parent.mkdir(parents=True, exist_ok=True)
    beside = file.with_name(f"{FILE}.{secrets.token_hex(4)}")
    with open(beside, "xb", opener=lambda path, flags: os.open(path, flags, 0o600)) as out:
        out.write(secrets.token_bytes(_BYTES))
        out.flush()
        os.fsync(out.fileno())
    beside.replace(file)
    flush_folder(file.parent)
    return file.read_bytes()
