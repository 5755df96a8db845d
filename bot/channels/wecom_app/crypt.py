"""How WeCom seals what it tells a callback (facts: wecom, section 3): AES-256-CBC under the app's EncodingAESKey, and a
sha1 over the app's token and what is sealed. Pure.
"""

import base64
import binascii
import hashlib
import hmac
import re

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from bot.errors import CallbackMismatched, SettingsError
from bot.language import sentence

_BLOCK = 32
_SALT, _LENGTH = 16, 4
_KEY = re.compile(r"[0-9A-Za-z]{43}")


def key_of(aes_key: str) -> bytes:
    """The key that an EncodingAESKey stands for. Raises `SettingsError` where it is none."""
    if not _KEY.fullmatch(aes_key):
        raise SettingsError(sentence("wecom.aes-key"))
    return base64.b64decode(f"{aes_key}=")


def signature(token: str, timestamp: str, nonce: str, sealed: str) -> str:
    """What WeCom writes as `msg_signature`."""
    joined = "".join(sorted((token, timestamp, nonce, sealed)))
    return hashlib.sha1(joined.encode(), usedforsecurity=False).hexdigest()


def is_signed(said: str, token: str, timestamp: str, nonce: str, sealed: str) -> bool:
    """Whether somebody who knows the token has signed this."""
    return hmac.compare_digest(said.encode(), signature(token, timestamp, nonce, sealed).encode())


def opened(sealed: str, key: bytes, receiver: str) -> bytes:
    """What is sealed for this corp. Raises `CallbackMismatched` for what was not sealed with this key, or for
    another.
    """
    try:
        encrypted = base64.b64decode(sealed, validate=True)
    except (binascii.Error, ValueError):
        raise _unreadable() from None
    if not encrypted or len(encrypted) % _BLOCK:
        raise _unreadable()
    decryptor = Cipher(algorithms.AES(key), modes.CBC(key[:16])).decryptor()
    plain = _unpadded(decryptor.update(encrypted) + decryptor.finalize())
    begin = _SALT + _LENGTH
    end = begin + int.from_bytes(plain[_SALT:begin], "big")
    if len(plain) < begin or end > len(plain):
        raise _unreadable()
    if plain[end:] != receiver.encode():
        raise CallbackMismatched(sentence("wecom.callback-elsewhere"))
    return plain[begin:end]


def _unpadded(plain: bytes) -> bytes:
    """PKCS#7 to blocks of 32 bytes."""
    short = plain[-1]
    if not 1 <= short <= _BLOCK or plain[-short:] != bytes([short]) * short:
        raise _unreadable()
    return plain[:-short]


def _unreadable() -> CallbackMismatched:
    return CallbackMismatched(sentence("wecom.callback-unreadable"))
