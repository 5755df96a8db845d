"""Photos and files on their way: what people send is fetched by its address and opened by its own key, for five minutes
(WeCom's documentation, path 101463: AES-256-CBC, the first 16 bytes of the key first, PKCS#7 to 32), and what is sent
is handed over in pieces of half a megabyte (the same, and facts: wecom, section 2).
"""

import base64
import binascii
import hashlib
from collections.abc import Awaitable, Callable, Iterator, Mapping
from typing import Any
from urllib.parse import urlsplit

import httpx
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from bot.channels.protocol import File
from bot.channels.urls import is_loopback
from bot.channels.wecom import codes
from bot.channels.wecom.wire import quieten
from bot.errors import NotSent, Refused, SendError
from bot.language import sentence

INIT, CHUNK, FINISH = "aibot_upload_media_init", "aibot_upload_media_chunk", "aibot_upload_media_finish"
MOST_BYTES = 20 * 1024 * 1024
_LEAST_BYTES = 5
_PIECE = 512 * 1024
_BLOCK = 32
_PATIENCE = httpx.Timeout(30.0, connect=10.0)

Ask = Callable[[str, Mapping[str, Any]], Awaitable[Mapping[str, Any]]]
"""Asks WeCom for something and returns what it gave. Raises `SendError`."""


def ref_of(url: str, key: str) -> str:
    """What must be known to fetch something."""
    return f"{url} {key}"


async def load(ref: str) -> bytes:
    """What somebody sent. Raises `SendError`: `Refused` where it is too large, gone, or not what its key opens."""
    url, _, key = ref.partition(" ")
    local = is_loopback(url)
    if urlsplit(url).scheme != "https" and not local:
        raise _gone()
    quieten()
    try:
        async with httpx.AsyncClient(timeout=_PATIENCE, trust_env=not local) as client:
            sealed = await _loaded(client, url)
    except SendError:
        raise
    except Exception as error:  # noqa: BLE001 - its text may hold the URL, which is signed
        met = codes.harmless_to_repeat(codes.in_our_words(error))
    else:
        return opened(sealed, key)
    raise met


async def _loaded(client: httpx.AsyncClient, url: str) -> bytes:
    found = bytearray()
    async with client.stream("GET", url) as reply:
        if reply.status_code >= 500:
            raise NotSent(sentence("wecom.unanswered", detail=f"HTTP {reply.status_code}"))
        if not reply.is_success:
            raise _gone()
        async for piece in reply.aiter_bytes():
            found += piece
            if len(found) > MOST_BYTES + _BLOCK:
                raise Refused(sentence("evidence.too-big"))
    return bytes(found)


def opened(sealed: bytes, key: str) -> bytes:
    """What a key opens. Raises `Refused`."""
    try:
        secret = base64.b64decode(key + "=" * (-len(key) % 4), validate=True)
    except (binascii.Error, ValueError):
        raise _gone() from None
    if len(secret) != 32 or not sealed or len(sealed) % 16:
        raise _gone()
    decryptor = Cipher(algorithms.AES(secret), modes.CBC(secret[:16])).decryptor()
    plain = decryptor.update(sealed) + decryptor.finalize()
    short = plain[-1]
    if not 1 <= short <= _BLOCK or plain[-short:] != bytes([short]) * short:
        raise _gone()
    return plain[:-short]


async def handed_over(file: File, ask: Ask) -> str:
    """The media_id under which WeCom has a file for three days. Raises `SendError`, none of them a doubt: nobody has
    seen anything yet.
    """
    size = len(file.content)
    if size > MOST_BYTES:
        raise Refused(sentence("wecom.file-too-big", size=-(-size // 1024**2), most=MOST_BYTES // 1024**2))
    if size <= _LEAST_BYTES:
        raise Refused(sentence("wecom.file-empty"))
    try:
        upload_id = (await ask(INIT, _about(file))).get("upload_id")
        for number, piece in enumerate(_pieces(file.content)):
            data = base64.b64encode(piece).decode()
            await ask(CHUNK, {"upload_id": upload_id, "chunk_index": number, "base64_data": data})
        return str((await ask(FINISH, {"upload_id": upload_id}))["media_id"])
    except KeyError:
        raise NotSent(sentence("wecom.unanswered", detail="media_id")) from None
    except SendError as error:
        raise codes.harmless_to_repeat(error) from None


def _about(file: File) -> dict[str, Any]:
    return {
        "type": "file",
        "filename": file.name,
        "total_size": len(file.content),
        "total_chunks": -(-len(file.content) // _PIECE),
        "md5": hashlib.md5(file.content, usedforsecurity=False).hexdigest(),
    }


def _pieces(content: bytes) -> Iterator[bytes]:
    for begin in range(0, len(content), _PIECE):
        yield content[begin : begin + _PIECE]


def _gone() -> Refused:
    return Refused(sentence("service.attachment-gone"))
