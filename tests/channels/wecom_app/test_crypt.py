"""What WeCom seals can be opened, and nothing that was bent."""

import base64

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.channels.wecom_app import crypt
from bot.errors import CallbackRefused, SettingsError

TOKEN, KEY, CORP = "QDG6eK", "jWmYm7qr5nMoAUwZRjGtBxmz3KA1tkAj3ykkR6q2B2C", "wx5823bf96d3bd56c7"
SEALED = "P9nAzCzyDtyTWESHep1vC5X9xho/qYX3Zpb4yKa9SKld1DsH3Iyt3tP3zNdtp+4RPcs8TgAE7OaBO+FZXvnaqQ=="
"""The vector of facts: wecom, section 3."""


def test_the_documentations_example_is_signed_and_opened_as_it_says() -> None:
    signed = crypt.signature(TOKEN, "1409659589", "263014780", SEALED)
    assert signed == "5c45ff5e21c57e6ad56bac8758b79b1d9ac89fd3"
    assert crypt.is_signed(signed, TOKEN, "1409659589", "263014780", SEALED)
    assert crypt.opened(SEALED, crypt.key_of(KEY), CORP) == b"1616140317555161061"


@pytest.mark.parametrize(
    ("token", "timestamp", "nonce", "sealed"),
    [
        ("another", "1409659589", "263014780", SEALED),
        (TOKEN, "1409659590", "263014780", SEALED),
        (TOKEN, "1409659589", "263014781", SEALED),
        (TOKEN, "1409659589", "263014780", SEALED.lower()),
    ],
)
def test_a_signature_is_for_nothing_else(token: str, timestamp: str, nonce: str, sealed: str) -> None:
    signed = crypt.signature(TOKEN, "1409659589", "263014780", SEALED)
    assert not crypt.is_signed(signed, token, timestamp, nonce, sealed)
    assert not crypt.is_signed("火", TOKEN, "1409659589", "263014780", SEALED)


def test_what_was_sealed_for_another_corp_is_refused() -> None:
    with pytest.raises(CallbackRefused, match="CORP_ID"):
        crypt.opened(SEALED, crypt.key_of(KEY), f"{CORP}8")


@settings(max_examples=60, deadline=None)
@given(st.one_of(st.text(max_size=60), st.binary(max_size=120).map(lambda each: base64.b64encode(each).decode())))
def test_what_was_not_sealed_with_the_key_is_refused_and_breaks_nothing(sealed: str) -> None:
    with pytest.raises(CallbackRefused):
        crypt.opened(sealed, crypt.key_of(KEY), CORP)


@pytest.mark.parametrize("key", ["", KEY[:-1], f"{KEY}A", f"{KEY[:-1]}="])
def test_a_key_that_is_none_is_named(key: str) -> None:
    with pytest.raises(SettingsError, match="CALLBACK_AES_KEY"):
        crypt.key_of(key)
