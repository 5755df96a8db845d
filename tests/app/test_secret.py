"""The key that signs links is made once and nobody else's to read."""

import os
from pathlib import Path

import pytest
from pydantic import SecretStr

from bot.app.secret import secret_key
from bot.errors import StoreUnwritable
from bot.settings import Settings


def test_it_is_made_at_the_first_start_and_stays(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        key = secret_key(Settings(folder=tmp_path))
    finally:
        os.umask(before)
    assert len(key) == 32
    assert secret_key(Settings(folder=tmp_path)) == key
    assert [each.name for each in (tmp_path / "data").iterdir()] == ["secret.key"]
    assert (tmp_path / "data" / "secret.key").stat().st_mode & 0o777 == 0o600


def test_one_that_is_set_is_taken_and_nothing_is_made(tmp_path: Path) -> None:
    assert secret_key(Settings(folder=tmp_path, secret_key=SecretStr("s" * 16))) == b"s" * 16
    assert list(tmp_path.iterdir()) == []


def test_half_a_key_is_none(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "secret.key").write_bytes(b"half")
    assert len(secret_key(Settings(folder=tmp_path))) == 32


def test_where_none_can_be_kept_it_is_said(tmp_path: Path) -> None:
    (tmp_path / "data").write_bytes(b"a file where the folder should be")
    with pytest.raises(StoreUnwritable):
        secret_key(Settings(folder=tmp_path))
