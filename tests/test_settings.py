"""Settings: every one documented, errors that never repeat a value."""

import re
from pathlib import Path

import pytest

from bot.errors import SettingsError
from bot.language import say
from bot.settings import PREFIX, host_and_port, known_names, misspelt, settings_of

EXAMPLE = Path(__file__).parents[1] / ".env.example"


@pytest.fixture(autouse=True)
def _no_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in known_names():
        monkeypatch.delenv(name, raising=False)


def test_every_setting_is_in_the_example_and_nothing_else() -> None:
    written = set(re.findall(rf"^#?({PREFIX}\w+)=", EXAMPLE.read_text(encoding="utf-8"), re.MULTILINE))
    assert written - {f"{PREFIX}CHAT_DUTY_ROOM"} == known_names()


def test_the_example_shows_the_defaults(tmp_path: Path) -> None:
    shown = dict(re.findall(rf"^#({PREFIX}\w+)=(.+)$", EXAMPLE.read_text(encoding="utf-8"), re.MULTILINE))
    settings = settings_of(tmp_path)
    assert shown[f"{PREFIX}LANG"] == settings.lang
    assert shown[f"{PREFIX}LOG"] == settings.log
    assert shown[f"{PREFIX}TELEGRAM__API_BASE"] == settings.telegram.api_base
    for field in ("api_base", "ws_url", "oauth_url"):
        assert shown[f"{PREFIX}WECOM__{field.upper()}"] == getattr(settings.wecom, field)
    assert shown[f"{PREFIX}WEB__LISTEN"] == settings.web.listen
    assert shown[f"{PREFIX}STORE__URL"] == settings.store.url


def test_the_environment_overrules_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / ".env").write_text("GENGFU_LANG=en\nGENGFU_CHAT_DUTY_ROOM=-5\n", encoding="utf-8")
    assert settings_of(tmp_path).lang == "en"
    assert settings_of(tmp_path).named["GENGFU_CHAT_DUTY_ROOM"] == "-5"
    monkeypatch.setenv("GENGFU_LANG", "zh")
    assert settings_of(tmp_path).lang == "zh"


def test_an_empty_value_is_none_at_all(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("GENGFU_TELEGRAM__TOKEN=\n", encoding="utf-8")
    assert settings_of(tmp_path).telegram.token is None


def test_the_data_folder_is_seen_from_the_town(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert settings_of(tmp_path).data == tmp_path / "data"
    monkeypatch.setenv("GENGFU_STORE__URL", "file:/var/lib/gengfu")
    assert settings_of(tmp_path).data == Path("/var/lib/gengfu")


@pytest.mark.parametrize(
    ("line", "names"),
    [
        ("GENGFU_LANG=fr", "GENGFU_LANG"),
        ("GENGFU_STORE__URL=postgresql://me:secret@host/db", "GENGFU_STORE__URL"),
        ("GENGFU_TELEGRAM__TOKN=1:secret", "GENGFU_TELEGRAM__TOKN"),
        ("GENGFU_HEARTBEAT_URL=hc-ping.example/secret", "GENGFU_HEARTBEAT_URL"),
        ("GENGFU_WEB__PUBLIC_URL=ftp://secret", "GENGFU_WEB__PUBLIC_URL"),
        ("GENGFU_LOG=secret", "GENGFU_LOG"),
    ],
)
def test_what_cannot_be_used_is_named_and_never_repeated(tmp_path: Path, line: str, names: str) -> None:
    (tmp_path / ".env").write_text(line + "\n", encoding="utf-8")
    with pytest.raises(SettingsError) as refused:
        settings_of(tmp_path)
    for lang in ("zh", "en"):
        assert names in refused.value.in_words(lang)
        assert "secret" not in refused.value.in_words(lang)


@pytest.mark.parametrize(
    "written",
    [
        "8765",
        "127.0.0.1",
        "127.0.0.1:",
        ":8765",
        "::1:8765",
        "127.0.0.1:99999",
        "http://127.0.0.1:1",
        "a b:1",
        "rubbish",
    ],
)
def test_what_is_no_address_to_listen_at_is_said_to_be_none(tmp_path: Path, written: str) -> None:
    (tmp_path / ".env").write_text(f"GENGFU_WEB__LISTEN={written}\n", encoding="utf-8")
    with pytest.raises(SettingsError) as refused:
        settings_of(tmp_path)
    for lang in ("zh", "en"):
        assert "GENGFU_WEB__LISTEN" in refused.value.in_words(lang)
        assert "[::1]:8765" in refused.value.in_words(lang)


@pytest.mark.parametrize(
    ("written", "host", "port"),
    [
        ("0.0.0.0:80", "0.0.0.0", 80),
        ("[::1]:8765", "::1", 8765),
        ("localhost:0", "localhost", 0),
        (" a.cn:1 ", "a.cn", 1),
    ],
)
def test_an_address_is_a_host_and_a_port(written: str, host: str, port: int) -> None:
    assert host_and_port(written) == (host, port)


@pytest.mark.parametrize(
    "written",
    [
        "huo.example.gov.cn",
        "https://huo.example.gov.cn/wecom/callback",
        "https://huo.example.gov.cn/answer/",
        "https://huo.example.gov.cn/?a=b",
    ],
)
def test_a_public_address_that_no_page_can_follow_is_refused_with_an_example(tmp_path: Path, written: str) -> None:
    (tmp_path / ".env").write_text(f"GENGFU_WEB__PUBLIC_URL={written}\n", encoding="utf-8")
    with pytest.raises(SettingsError) as refused:
        settings_of(tmp_path)
    assert "只写到域名，例如 https://huo.example.gov.cn" in refused.value.in_words("zh")


def test_an_app_whose_callback_s_key_is_of_a_wrong_length_hears_nothing(tmp_path: Path) -> None:
    app = "GENGFU_WECOM__CORP_ID=ww1\nGENGFU_WECOM__AGENT_ID=7\nGENGFU_WECOM__APP_SECRET=s\n"
    for key, hears in ((43 * "k", True), (f"{43 * 'k'}=", False), (42 * "k", False)):
        callback = f"GENGFU_WECOM__CALLBACK_TOKEN=t\nGENGFU_WECOM__CALLBACK_AES_KEY={key}\n"
        (tmp_path / ".env").write_text(app + callback, encoding="utf-8")
        wecom = settings_of(tmp_path).wecom
        assert (wecom.has_app, wecom.has_callback, wecom.has_bad_aes_key) == (True, hears, not hears)


def test_a_token_does_not_show_itself(tmp_path: Path) -> None:
    written = "GENGFU_TELEGRAM__TOKEN=1:hidden\nGENGFU_SECRET_KEY=hidden-for-all-time\n"
    (tmp_path / ".env").write_text(written, encoding="utf-8")
    assert "hidden" not in repr(settings_of(tmp_path))


def test_a_key_that_is_too_short_is_refused_without_being_shown(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("GENGFU_SECRET_KEY=hidden\n", encoding="utf-8")
    with pytest.raises(SettingsError) as refusal:
        settings_of(tmp_path)
    assert "GENGFU_SECRET_KEY" in str(refusal.value)
    assert "hidden" not in str(refusal.value)


@pytest.mark.parametrize(
    "line",
    [
        "GENGFU_WECOM__BOT_SECRET＝TheSecretOfTheBot",
        "GENGFU_TELEGRAM__TOKEN：TheSecretOfTheBot",
        "GENGFU_CHAT_DUTY_ROOM＝TheSecretOfTheBot",
    ],
)
def test_of_a_line_whose_sign_is_no_equals_sign_the_value_is_repeated_nowhere(tmp_path: Path, line: str) -> None:
    (tmp_path / ".env").write_text(f"{line}\n", encoding="utf-8")
    try:
        found = [misspelt(each) for each in settings_of(tmp_path).names if each.startswith(PREFIX)]
        said = "".join(say(each) for each in found if each)
    except SettingsError as error:
        said = str(error)
    assert re.split("[＝：]", line)[0] in said
    assert "thesecret" not in said.lower()
