"""Where a local WeCom keeps what people send to a smart bot: each by an address of its own, sealed by a key of its own,
for five minutes (WeCom's documentation, path 101463).
"""

import base64
import secrets
from datetime import datetime, timedelta

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from bot.clock import Clock
from tests.servers.wire import Reply, Request, Wire

_LASTS = timedelta(minutes=5)
_BLOCK = 32


class Media:
    """A server of its own. `asked` are the paths that were asked for; where it `breaks` it answers nothing but 502."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._kept: dict[str, tuple[bytes, datetime]] = {}
        self._wire = Wire(self._handle, lambda _: None, 0)
        self.asked: list[str] = []
        self.breaks = False

    async def start(self) -> None:
        """Listen."""
        await self._wire.start()

    async def stop(self) -> None:
        """Listen no more."""
        await self._wire.stop()

    def keep(self, content: bytes) -> dict[str, str]:
        """Something that somebody sends: where it is, and what opens it."""
        key = secrets.token_bytes(32)
        short = _BLOCK - len(content) % _BLOCK
        encryptor = Cipher(algorithms.AES(key), modes.CBC(key[:16])).encryptor()
        path = f"/{secrets.token_hex(16)}"
        sealed = encryptor.update(content + bytes([short]) * short) + encryptor.finalize()
        self._kept[path] = sealed, self._clock.now()
        url = f"http://127.0.0.1:{self._wire.port}{path}?sign={secrets.token_hex(8)}"
        return {"url": url, "aeskey": base64.b64encode(key).decode().rstrip("=")}

    async def _handle(self, request: Request) -> Reply:
        self.asked.append(request.path)
        if self.breaks:
            return Reply(502, b"<html>502</html>", "text/html")
        sealed, at = self._kept.get(request.path, (b"", None))
        if at is None or self._clock.now() - at >= _LASTS:
            return Reply(403, b"<html>403</html>", "text/html")
        return Reply(200, sealed, "application/octet-stream")
