"""Where a platform's interface is, as an admin writes it."""

import ipaddress
from urllib.parse import urlsplit

from bot.errors import SettingsError
from bot.language import Sentence


def read_base(written: str, schemes: tuple[str, ...], otherwise: Sentence) -> str:
    """The address without what surrounds it and without a slash at its end. Raises `SettingsError` with `otherwise`
    where it is none of these schemes'.
    """
    url = written.strip()
    try:
        parts = urlsplit(url)
        usable = parts.scheme in schemes and bool(parts.hostname) and (parts.port or 1) > 0
    except ValueError:
        usable = False
    if not usable:
        raise SettingsError(otherwise)
    return url.rstrip("/")


def is_loopback(url: str) -> bool:
    """Whether it leads to this machine, where no proxy of the environment is asked."""
    host = urlsplit(url).hostname or ""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
