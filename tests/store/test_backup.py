"""A backup's file is whole or refused, and opens with ordinary tools."""

import hashlib
import io
import random
import zipfile

import orjson
import pytest

from bot.errors import BackupRefused
from bot.store import backup
from bot.store.backup import Parcel, pack, unpack
from tests.store.records import NOON

FILES = {"gengfu.json": b'{"a":1}' * 50, "adopted/ab12/messages/\xe4\xb8\x89.j2": "三清三关".encode(), "empty": b""}
WHOLE = pack(Parcel(FILES, NOON))


def sealed(content: bytes) -> bytes:
    """The same with a seal that fits, as somebody would make it who meddles."""
    return content[:-64] + hashlib.sha256(content[:-71]).hexdigest().encode()


def packed_by_hand(content: dict[str, bytes], **manifest: object) -> bytes:
    listed = {name: {"sha256": hashlib.sha256(each).hexdigest(), "bytes": len(each)} for name, each in content.items()}
    told = {"gengfu": "backup", "form": 1, "made": NOON.isoformat(), "files": listed, **manifest}
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as made:
        for name, each in {"manifest.json": orjson.dumps(told), **content}.items():
            made.writestr(name, each)
        made.comment = b"sha256:" + b"0" * 64
    return sealed(out.getvalue())


def test_what_was_packed_is_unpacked() -> None:
    assert unpack(WHOLE, "b.zip") == Parcel(FILES, NOON)


def test_ordinary_tools_open_it_and_find_each_file_s_digest_in_its_manifest() -> None:
    with zipfile.ZipFile(io.BytesIO(WHOLE)) as opened:
        assert opened.testzip() is None
        manifest = orjson.loads(opened.read("manifest.json"))
        assert opened.read("gengfu.json") == FILES["gengfu.json"]
        assert opened.comment == b"sha256:" + hashlib.sha256(WHOLE[:-71]).hexdigest().encode()
    assert manifest["files"]["gengfu.json"] == {
        "sha256": hashlib.sha256(FILES["gengfu.json"]).hexdigest(),
        "bytes": len(FILES["gengfu.json"]),
    }


def test_cut_short_at_any_byte_it_is_refused() -> None:
    for length in range(len(WHOLE)):
        with pytest.raises(BackupRefused, match=r"b\.zip"):
            unpack(WHOLE[:length], "b.zip")


def test_with_any_byte_changed_it_is_refused() -> None:
    chance = random.Random(16)
    for place in range(len(WHOLE)):
        changed = bytearray(WHOLE)
        changed[place] ^= 1 << chance.randrange(8)
        with pytest.raises(BackupRefused):
            unpack(bytes(changed), "b.zip")
    with pytest.raises(BackupRefused):
        unpack(WHOLE + b"\n", "b.zip")


def test_one_of_a_later_form_is_named_as_such(monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as later:
        later.setattr(backup, "FORM", 2)
        content = pack(Parcel(FILES, NOON))
    with pytest.raises(BackupRefused) as refused:
        unpack(content, "b.zip")
    assert refused.value.sentence.key == "safekeeping.newer"


@pytest.mark.parametrize("path", ["../gengfu.json", "/etc/x", "a/../../b", "adopted/.hidden", "a//b", "a\\..\\b"])
def test_a_path_that_leads_elsewhere_is_refused(path: str) -> None:
    with pytest.raises(BackupRefused):
        unpack(packed_by_hand({path: b"x"}), "b.zip")
    assert unpack(packed_by_hand({"a/b": b"x"}), "b.zip").files == {"a/b": b"x"}


@pytest.mark.parametrize("manifest", [{"files": {}}, {"made": "soon"}, {"form": "one"}, {"made": None}])
def test_a_manifest_that_does_not_say_what_is_in_it_is_refused(manifest: dict[str, object]) -> None:
    with pytest.raises(BackupRefused):
        unpack(packed_by_hand({"a": b"x"}, **manifest), "b.zip")


@pytest.mark.parametrize("content", [b"", b"PK\x05\x06" + b"\0" * 18, b"not a zip" * 99])
def test_what_is_no_parcel_is_refused_even_with_a_seal(content: bytes) -> None:
    whole = content + b"sha256:" + hashlib.sha256(content).hexdigest().encode()
    with pytest.raises(BackupRefused):
        unpack(whole, "b.zip")
