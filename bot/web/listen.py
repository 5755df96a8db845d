"""The address that pages are served at (`GENGFU_WEB__LISTEN`): read, bound, and named when it cannot be."""

import errno
import socket
from dataclasses import dataclass
from ipaddress import ip_address

from bot.errors import PortInUse, SettingsError
from bot.language import sentence
from bot.settings import host_and_port


@dataclass(frozen=True)
class Listened:
    """Where we are listened to: `host` as written, `port` the real one also where 0 was asked."""

    host: str
    port: int

    @property
    def url(self) -> str:
        """Where a browser on this machine opens the board."""
        host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(self.host, self.host)  # noqa: S104 - read, not bound
        return f"http://{f'[{host}]' if ':' in host else host}:{self.port}"


@dataclass(frozen=True)
class Listener(Listened):
    """An address with its bound, listening socket."""

    socket: socket.socket


def listen(written: str) -> Listener:
    """Bind `HOST:PORT` or `[IPV6]:PORT` and listen there.

    Raises `SettingsError` where that is no address of this machine, `PortInUse` where somebody else has it.
    """
    host, port = host_and_port(written)
    try:
        places = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    except (socket.gaierror, UnicodeError):
        raise SettingsError(sentence("board.no-such-host", host=host)) from None
    family, kind, protocol, _, address = places[0]
    bound = socket.socket(family, kind, protocol)
    try:
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        bound.bind(address)
        bound.listen(128)
        bound.setblocking(False)
    except OSError as error:
        bound.close()
        raise _refused(error, written.strip(), host, port) from None
    return Listener(host, bound.getsockname()[1], bound)


def _refused(error: OSError, written: str, host: str, port: int) -> PortInUse | SettingsError:
    match error.errno:
        case errno.EADDRINUSE:
            return PortInUse(sentence("board.port-in-use", address=written))
        case errno.EACCES:
            return SettingsError(sentence("board.port-forbidden", port=port))
        case _:
            return SettingsError(sentence("board.not-our-address", host=host))


def is_loopback(host: str) -> bool:
    """Whether this address is the machine's own and nobody else's."""
    try:
        address = ip_address(host.partition("%")[0])
    except ValueError:
        return host.lower() == "localhost"
    return (getattr(address, "ipv4_mapped", None) or address).is_loopback
