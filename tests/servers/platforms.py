"""Both local platforms at once, each as strict as by itself: Telegram, and WeCom with all its three ways in."""

from collections.abc import Iterable, Mapping
from types import TracebackType
from typing import Literal, Self

from pydantic import SecretStr

from bot.campaign.model import Schedule
from bot.clock import Clock
from bot.settings import Settings, TelegramSettings, WebSettings, WecomSettings
from tests.servers import telegram_log, wecom_log
from tests.servers.telegram import TelegramServer
from tests.servers.wecom import WeComServer
from tests.servers.wecom_corp import Corp
from tests.servers.wecom_socket import SmartBotServer

PUBLIC = "https://huo.jinlong.example"
"""How outsiders call the pages of a town that is tested."""
CALLBACK = "/wecom/callback"

_SENDS = ("/cgi-bin/webhook/send", "/cgi-bin/message/send", "/cgi-bin/appchat/send")

Part = Literal["telegram", "http", "socket"]
"""What may be out of reach by itself: Telegram, WeCom's HTTP API, the far end of its long connection."""

PARTS: Mapping[Part, frozenset[str]] = {
    "telegram": frozenset({"telegram"}),
    "http": frozenset({"wecom-robot", "wecom-app"}),
    "socket": frozenset({"wecom-bot"}),
}
"""Which chats each of them carries."""


class Platforms:
    """An async context manager. `asked` is all that was asked of any of them, each in its own order."""

    def __init__(self, clock: Clock | None = None) -> None:
        self.telegram = TelegramServer(clock=clock)
        self.wecom = WeComServer(clock)
        self.corp = Corp(self.wecom.clock, self.wecom.violations)
        self.corp.callback_url = f"{PUBLIC}{CALLBACK}"
        self.wecom.take_in(self.corp)
        self.smart_bot = SmartBotServer(clock)

    async def __aenter__(self) -> Self:
        await self.telegram.__aenter__()
        await self.wecom.__aenter__()
        await self.smart_bot.__aenter__()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.smart_bot.__aexit__(kind, error, trace)
        await self.wecom.__aexit__(kind, error, trace)
        await self.telegram.__aexit__(kind, error, trace)

    @property
    def asked(self) -> Iterable[telegram_log.Asked | wecom_log.Asked]:
        return (*self.telegram.asked, *self.wecom.asked, *self.smart_bot.asked)

    @property
    def requests(self) -> int:
        """How many were made so far."""
        return self.telegram.calls.total() + self.wecom.calls.total() + self.smart_bot.calls.total()

    @property
    def messages(self) -> int:
        """How many of them were to send a message, whatever became of them."""
        in_wecom = self.smart_bot.calls["aibot_send_msg"] + sum(self.wecom.calls[each] for each in _SENDS)
        return self.telegram.calls["sendMessage"] + in_wecom

    @property
    def environment(self) -> dict[str, str]:
        """The settings of a bot in a process of its own that lead to these platforms."""
        return {
            "GENGFU_TELEGRAM__API_BASE": self.telegram.api_base,
            "GENGFU_TELEGRAM__TOKEN": self.telegram.token,
            **{f"GENGFU_WECOM__{name.upper()}": str(value) for name, value in self._wecom.items()},
            "GENGFU_WEB__PUBLIC_URL": PUBLIC,
        }

    @property
    def _wecom(self) -> dict[str, str | int]:
        return {
            "api_base": self.wecom.api_base,
            "ws_url": self.smart_bot.ws_url,
            "bot_id": self.smart_bot.bot_id,
            "bot_secret": self.smart_bot.secret,
            "oauth_url": f"{self.wecom.api_base}/connect/oauth2/authorize",
            "corp_id": self.corp.corp_id,
            "agent_id": self.corp.agent_id,
            "app_secret": self.corp.secret,
            "callback_token": self.corp.callback_token,
            "callback_aes_key": self.corp.callback_aes_key,
        }

    async def stop(self, *parts: Part) -> None:
        """Break all connections to these and refuse new ones, until `start`."""
        for each in parts:
            await self._part(each).stop()

    async def start(self, *parts: Part) -> None:
        """They are there again, with all that they knew."""
        for each in parts:
            await self._part(each).start()

    def heal(self) -> None:
        """Forget every order to misbehave."""
        self.telegram.heal()
        self.wecom.heal()
        self.smart_bot.heal()

    def _part(self, name: Part) -> TelegramServer | WeComServer | SmartBotServer:
        match name:
            case "telegram":
                return self.telegram
            case "http":
                return self.wecom
            case "socket":
                return self.smart_bot

    def settings(self, settings: Settings) -> Settings:
        """These settings, with all that leads to these platforms."""
        return settings.model_copy(
            update={
                "telegram": TelegramSettings(token=SecretStr(self.telegram.token), api_base=self.telegram.api_base),
                "wecom": WecomSettings.model_validate(self._wecom),
                "web": WebSettings(public_url=PUBLIC),
            }
        )

    def declare(self, schedule: Schedule, also: Iterable[str] = ()) -> None:
        """Everybody and every chat of a town is there: each of its people is in each of its groups, others `also`."""
        people = {str(each) for office in schedule.town.offices for each in office.members} | set(also)
        people |= {str(each) for each in schedule.town.admins}
        on_telegram, in_wecom = (sorted(_ids(people, directory)) for directory in ("telegram", "wecom"))
        for number in on_telegram:
            self.telegram.person(int(number), f"值班员{number}")
        addresses = [chat.address for chat in schedule.town.chats if isinstance(chat.address, dict)]
        parties, tags = ({int(each[kind]) for each in addresses if kind in each} for kind in ("party", "tag"))
        for userid in in_wecom:
            self.corp.person(userid, parties=tuple(parties), tags=tuple(tags))
            self.smart_bot.person(userid)
        for chat in schedule.town.chats:
            match chat.on:
                case "telegram":
                    self.telegram.group(int(str(chat.address)), chat.title, members=map(int, on_telegram))
                case "wecom-robot":
                    self.wecom.robots.robot(str(chat.address), chat.title)
                case "wecom-bot" if isinstance(chat.address, str):
                    self.smart_bot.group(chat.address, in_wecom)
                case "wecom-app" if isinstance(chat.address, dict) and "chat" in chat.address:
                    self.corp.groups[chat.address["chat"]] = tuple(in_wecom)
                case _:
                    pass


def _ids(people: Iterable[str], directory: str) -> Iterable[str]:
    return (each.partition(":")[2] for each in people if each.startswith(f"{directory}:"))
