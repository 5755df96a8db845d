import socket

import pytest

from bot.errors import PortInUse, SettingsError
from bot.web.listen import Listened, is_loopback, listen


def test_a_port_of_the_systems_choice_is_named() -> None:
    listener = listen("127.0.0.1:0")
    with listener.socket:
        assert listener.port > 0
        assert listener.url == f"http://127.0.0.1:{listener.port}"


def test_an_address_of_version_six_stands_in_brackets() -> None:
    with socket.socket(socket.AF_INET6) as trial:
        try:
            trial.bind(("::1", 0))
        except OSError:
            pytest.skip("this machine has no IPv6")
    listener = listen("[::1]:0")
    with listener.socket:
        assert listener.url == f"http://[::1]:{listener.port}"


def test_every_address_is_opened_on_this_machine_by_loopback() -> None:
    assert Listened("0.0.0.0", 80).url == "http://127.0.0.1:80"
    assert Listened("::", 80).url == "http://[::1]:80"


def test_a_port_that_is_taken_is_named_with_what_to_do() -> None:
    first = listen("127.0.0.1:0")
    with first.socket, pytest.raises(PortInUse) as refused:
        listen(f"127.0.0.1:{first.port}")
    for lang in ("zh", "en"):
        words = refused.value.in_words(lang)
        assert f"127.0.0.1:{first.port}" in words
        assert "GENGFU_WEB__LISTEN" in words


@pytest.mark.parametrize(
    "written",
    ["", "8765", "127.0.0.1", "127.0.0.1:", ":8765", "::1:8765", "127.0.0.1:99999", "http://127.0.0.1:1", "a b:1"],
)
def test_what_is_no_address_is_said_to_be_none(written: str) -> None:
    with pytest.raises(SettingsError) as refused:
        listen(written)
    assert "127.0.0.1:8765" in refused.value.in_words("zh")


def test_an_address_of_another_machine_is_refused() -> None:
    with pytest.raises(SettingsError, match=r"203\.0\.113\.9"):
        listen("203.0.113.9:8765")


@pytest.mark.parametrize(
    ("host", "ours"),
    [("127.0.0.1", True), ("127.8.8.8", True), ("::1", True), ("::ffff:127.0.0.1", True), ("localhost", True),
     ("192.168.1.2", False), ("::ffff:10.0.0.1", False), ("localhost.example.org", False), ("", False)],
)  # fmt: skip
def test_loopback_is_this_machine_alone(host: str, ours: bool) -> None:
    assert is_loopback(host) is ours
