"""Where a group robot is reached: by a secret key, of which everybody but its channel sees a digest."""

import re
from base64 import urlsafe_b64encode
from hashlib import blake2b
from typing import Self

from pydantic import SecretStr

_KEY = re.compile(r"[0-9A-Za-z_-]{16,64}")
_GIVEN = re.compile(r"(?:https?://\S+[?&])?key=([0-9A-Za-z_-]+)(?:&\S*)?")
_DIGEST = "robot:"


class KeyedAddress(str):
    """An address that holds a key and reads as its digest: so whoever records, compares, counts by or shows where a
    chat is has the digest, also once it was read back from disk, and the key is on no disk and in no log. A key is
    random, so nobody finds it by its digest.
    """

    __slots__ = ("_key",)
    _key: SecretStr

    @classmethod
    def of(cls, key: str) -> Self:
        """The address of the robot with this key."""
        address = cls(_DIGEST + urlsafe_b64encode(blake2b(key.encode(), digest_size=12).digest()).decode())
        address._key = SecretStr(key)
        return address


def read(written: str) -> KeyedAddress:
    """From a key, with `key=` before it or not, or from the whole address that WeCom shows. Raises ValueError for
    anything else, a digest too.
    """
    if isinstance(written, KeyedAddress):
        return written
    text = written.strip()
    if found := _GIVEN.fullmatch(text):
        text = found[1]
    if not _KEY.fullmatch(text):
        raise ValueError("no key of a group robot")
    return KeyedAddress.of(text)


def key_of(address: str) -> str | None:
    """The key, None of an address that was read back from disk."""
    key = getattr(address, "_key", None)
    return key.get_secret_value() if isinstance(key, SecretStr) else None
