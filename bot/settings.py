"""Every `GENGFU_` setting, typed, from the environment and the town's `.env`; secrets are wrapped."""

import os
import re
from functools import cached_property
from pathlib import Path
from typing import Annotated, Literal
from urllib.parse import urlsplit

from dotenv import dotenv_values
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from bot.errors import SettingsError
from bot.language import Lang, Sentence, sentence

PREFIX = "GENGFU_"
_NAME = re.compile(r"[A-Z0-9_]+", re.IGNORECASE | re.ASCII)
_URL = re.compile(r"https?://[^\s/?#]+[^\s#]*")
_WITH_A_PAGE = re.compile(r"/(?:wecom|answer)(?:/|$)|\?")
_AES_KEY = re.compile(r"[0-9A-Za-z]{43}")
_LISTEN = re.compile(r"(?:\[(?P<six>[0-9A-Fa-f:.%\w]+)\]|(?P<host>[^:\[\]\s/]+)):(?P<port>\d{1,5})", re.ASCII)


class TelegramSettings(BaseModel):
    """`GENGFU_TELEGRAM__…`: without a token Telegram's chats stand on the board."""

    model_config = ConfigDict(extra="forbid")
    token: SecretStr | None = None
    api_base: str = "https://api.telegram.org"
    proxy: SecretStr | None = None


class WecomSettings(BaseModel):
    """`GENGFU_WECOM__…`: without what one of the ways needs its chats stand on the board."""

    model_config = ConfigDict(extra="forbid")
    api_base: str = "https://qyapi.weixin.qq.com"
    ws_url: str = "wss://openws.work.weixin.qq.com"
    oauth_url: str = "https://open.weixin.qq.com/connect/oauth2/authorize"
    bot_id: str | None = None
    bot_secret: SecretStr | None = None
    corp_id: str | None = None
    agent_id: int | None = None
    app_secret: SecretStr | None = None
    callback_token: SecretStr | None = None
    callback_aes_key: SecretStr | None = None

    @property
    def has_bot(self) -> bool:
        """Whether the smart bot can be spoken to."""
        return self.bot_id is not None and self.bot_secret is not None

    @property
    def has_app(self) -> bool:
        """Whether the app can be spoken to."""
        return self.corp_id is not None and self.agent_id is not None and self.app_secret is not None

    @property
    def has_callback(self) -> bool:
        """Whether the app hears: presses and what is typed to it."""
        is_set = self.callback_token is not None and self.callback_aes_key is not None
        return self.has_app and is_set and not self.has_bad_aes_key

    @property
    def has_bad_aes_key(self) -> bool:
        """Whether what is written as the callback's EncodingAESKey cannot be one. The app then only sends."""
        key = self.callback_aes_key
        return key is not None and not _AES_KEY.fullmatch(key.get_secret_value().strip())


def host_and_port(listen: str) -> tuple[str, int]:
    """What `HOST:PORT` or `[IPV6]:PORT` says. Raises `SettingsError` for anything else."""
    found = _LISTEN.fullmatch(listen.strip())
    port = int(found["port"]) if found else -1
    if found is None or not 0 <= port <= 65_535:
        raise SettingsError(sentence("board.bad-listen", written=listen))
    return found["six"] or found["host"], port


def host_of(url: str) -> str | None:
    """The host in a web address, in small letters."""
    return urlsplit(url).hostname


def _read_listen(written: str) -> str:
    host_and_port(written)
    return written.strip()


def _web_address(written: str) -> str:
    if not _URL.fullmatch(written.strip()):
        raise ValueError
    return written.strip()


def _public_url(written: str) -> str:
    """Where links to our own pages begin. Raises `SettingsError` for anything else, and for one of these pages."""
    try:
        url = _web_address(written)
    except ValueError:
        url = ""
    if not url or _WITH_A_PAGE.search(url):
        raise SettingsError(sentence("settings.public-url"))
    return url


def _secret_address(written: SecretStr) -> SecretStr:
    return SecretStr(_web_address(written.get_secret_value()))


class WebSettings(BaseModel):
    """`GENGFU_WEB__…`: where the pages are."""

    model_config = ConfigDict(extra="forbid")
    listen: Annotated[str, AfterValidator(_read_listen)] = "127.0.0.1:8765"
    public_url: Annotated[str, AfterValidator(_public_url)] | None = None


class StoreSettings(BaseModel):
    """`GENGFU_STORE__…`: `file:` and a folder, seen from the town's folder."""

    model_config = ConfigDict(extra="forbid")
    url: str = Field(default="file:data", pattern=r"^file:.+")


class Settings(BaseSettings):
    """All settings of one town. `folder` is the town's; build with `settings_of`."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX, env_nested_delimiter="__", extra="ignore", env_ignore_empty=True
    )

    lang: Lang = "zh"
    log: Literal["auto", "text", "json"] = "auto"
    telegram: TelegramSettings = TelegramSettings()
    wecom: WecomSettings = WecomSettings()
    web: WebSettings = WebSettings()
    store: StoreSettings = StoreSettings()
    heartbeat_url: Annotated[SecretStr, AfterValidator(_secret_address)] | None = None
    secret_key: Annotated[SecretStr, Field(min_length=16)] | None = None
    folder: Path = Field(default=Path(), exclude=True)

    @property
    def data(self) -> Path:
        """The folder of what Gengfu writes."""
        return self.folder / self.store.url.removeprefix("file:")

    @property
    def names(self) -> frozenset[str]:
        """Every name in the town's `.env` and in the environment, whether or not it has a value."""
        return frozenset(dotenv_values(self.folder / ".env")) | frozenset(os.environ)

    @cached_property
    def named(self) -> dict[str, str]:
        """What `{env: NAME}` in the YAML may name: the town's `.env`, overruled by the environment."""
        written = {name: value for name, value in dotenv_values(self.folder / ".env").items() if value}
        return {**written, **os.environ}


def settings_of(folder: Path) -> Settings:
    """The settings of the town in this folder. Raises `SettingsError`, which never repeats a value."""
    try:
        settings = Settings(_env_file=folder / ".env", folder=folder)
        settings.named  # noqa: B018 - read together with the rest, not where the first chat needs it
    except ValidationError as error:
        first = error.errors()[0]
        name = PREFIX + "__".join(str(part).upper() for part in first["loc"])
        if first["type"] == "extra_forbidden":
            raise SettingsError(misspelt(name) or sentence("settings.unknown", name=PREFIX)) from None
        raise SettingsError(sentence("settings.unusable", name=name, expected=_expected(name))) from None
    except (ValueError, OSError) as error:
        raise SettingsError(sentence("settings.unreadable", why=type(error).__name__)) from None
    return settings


def misspelt(name: str) -> Sentence | None:
    """What is wrong with a name that begins like a setting's; None where nothing is. A chat's address may have any.

    Of a line with a full-width `＝` all of it is its name, the value too: nothing is repeated that no name can hold.
    """
    found = _NAME.match(name)
    written = found[0] if found else PREFIX
    if "＝" in name:
        return sentence("settings.full-width", name=written)
    if name in known_names() or (name == written and name.startswith(f"{PREFIX}CHAT_")):
        return None
    return sentence("settings.unknown", name=written)


def _expected(name: str) -> str:
    return {
        f"{PREFIX}LANG": "zh | en",
        f"{PREFIX}LOG": "auto | text | json",
        f"{PREFIX}HEARTBEAT_URL": "https://…",
        f"{PREFIX}WECOM__AGENT_ID": "1000002",
        f"{PREFIX}SECRET_KEY": "≥ 16",
        f"{PREFIX}STORE__URL": "file:data",
    }.get(name, "…")


def known_names() -> frozenset[str]:
    """Every setting's name as it is written."""
    names = {f"{PREFIX}LANG", f"{PREFIX}LOG", f"{PREFIX}HEARTBEAT_URL", f"{PREFIX}SECRET_KEY"}
    for group in ("telegram", "wecom", "web", "store"):
        model = Settings.model_fields[group].annotation
        if isinstance(model, type) and issubclass(model, BaseModel):
            names.update(f"{PREFIX}{group}__{field}".upper() for field in model.model_fields)
    return frozenset(names)
