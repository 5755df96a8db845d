"""The three ways into WeCom: what is set up, what is missing and where it is found, what answers.

Nothing is said to a town that uses none of them. A way of which nothing is set is left to the board; one that is half
set up is a mistake.
"""

import asyncio
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, cast

from bot.app.doctor.finding import Finding
from bot.app.platforms import address_of, has_key, platform_named
from bot.campaign.model import Chat
from bot.campaign.people import Person
from bot.channels.protocol import Channel
from bot.channels.wecom_app import WecomAppChannel
from bot.channels.wecom_app.about import About
from bot.errors import SendError, SettingsError
from bot.language import Sentence, sentence
from bot.settings import PREFIX, Settings, host_of

Setting = Literal["bot_id", "bot_secret", "corp_id", "agent_id", "app_secret", "callback_token", "callback_aes_key"]
_BOT: tuple[Setting, ...] = ("bot_id", "bot_secret")
_APP: tuple[Setting, ...] = ("corp_id", "agent_id", "app_secret")
_CALLBACK: tuple[Setting, ...] = ("callback_token", "callback_aes_key")
_AT_ONCE = 8
_PUBLIC_URL = f"{PREFIX}WEB__PUBLIC_URL"


@dataclass(frozen=True)
class Wecom:
    """A town as WeCom sees it: its chats and admins, as far as its schedule can be read. `lived` maps chats that were
    once sent to on their platform to that platform.
    """

    settings: Settings
    chats: Sequence[Chat]
    admins: Sequence[Person]
    channels: Mapping[str, Channel]
    lived: Mapping[str, str]

    async def findings(self) -> AsyncIterator[Finding]:
        """All there is to say."""
        for finding in self._settings():
            yield finding
        async for finding in self._robots():
            yield finding
        for finding in self._silent_groups():
            yield finding
        async for finding in self._app():
            yield finding

    def _on(self, platform: str) -> list[Chat]:
        return [chat for chat in self.chats if chat.on == platform]

    def _settings(self) -> Iterator[Finding]:
        yield from self._set_up(_BOT, wanted=bool(self._on("wecom-bot")))
        yield from self._set_up((*_APP, *self._of_callback()), wanted=bool(self._on("wecom-app")))
        if self.settings.wecom.has_bad_aes_key:
            what = sentence("doctor.bad-aes-key", name=f"{PREFIX}WECOM__CALLBACK_AES_KEY")
            yield Finding(False, what, _where("callback_aes_key"))
        for chat in self._on("wecom-robot"):
            if not has_key(chat, self.settings) and isinstance(chat.address, Mapping):
                what = sentence("doctor.missing", name=chat.address.get("env", ""), wants=chat.id)
                yield Finding(True, what, sentence("doctor.where-robot-key"))
        if self.settings.wecom.has_callback or self._needing_links():
            yield from self._public_url()

    def _set_up(self, names: tuple[Setting, ...], *, wanted: bool) -> Iterator[Finding]:
        """What is missing of a way: a mistake where some of it is there."""
        missing = [each for each in names if getattr(self.settings.wecom, each) is None]
        half = len(missing) < len(names)
        for each in missing if half or wanted else ():
            name = f"{PREFIX}WECOM__{each.upper()}"
            what = sentence("doctor.half", name=name) if half else sentence("doctor.not-set", name=name)
            yield Finding(not half, what, _where(each))

    def _of_callback(self) -> tuple[Setting, ...]:
        """What belongs to the callback, where any of it is there: an app works without, by links."""
        return _CALLBACK if any(getattr(self.settings.wecom, each) for each in _CALLBACK) else ()

    def _public_url(self) -> Iterator[Finding]:
        url = self.settings.web.public_url
        if url is None:
            what = sentence("doctor.no-public-url", name=_PUBLIC_URL, chats=[each.id for each in self._needing_links()])
            yield Finding(False, what, sentence("doctor.where-public-url"))
        elif self.settings.wecom.has_callback:
            yield Finding(True, sentence("doctor.callback-url", url=f"{url.rstrip('/')}/wecom/callback"))

    def _needing_links(self) -> list[Chat]:
        """Chats of WeCom's in which somebody may be asked and no press comes back."""
        return [
            chat
            for chat in self.chats
            if chat.on.startswith("wecom-") and (chat.office or "offices" in chat.audiences) and self._is_deaf(chat)
        ]

    def _is_deaf(self, chat: Chat) -> bool:
        platform, address = platform_named(chat.on, self.settings), self._address(chat)
        return (
            has_key(chat, self.settings)
            and platform is not None
            and address is not None
            and not platform.presses(address)
        )

    def _address(self, chat: Chat) -> str | None:
        try:
            return address_of(chat, self.settings)
        except SettingsError:  # told by `check`
            return None

    async def _robots(self) -> AsyncIterator[Finding]:
        """Each robot's key by itself: WeCom is asked to send nothing, which it refuses of a good one for that alone."""
        channel = self.channels["wecom-robot"]
        keyed = [each for each in self._on("wecom-robot") if has_key(each, self.settings)]
        robots = [(each, address) for each in keyed if (address := self._address(each))]
        turn = asyncio.Semaphore(_AT_ONCE)

        async def probe(chat: Chat, address: str) -> tuple[Chat, bool | SendError]:
            async with turn:
                try:
                    return chat, await channel.reachable(address)
                except SendError as error:
                    return chat, error

        found = await asyncio.gather(*(probe(*each) for each in robots))
        if well := sum(each is True for _, each in found):
            yield Finding(True, sentence("doctor.robots", count=well))
        unknown: dict[str, tuple[SendError, list[str]]] = {}
        for chat, met in found:
            if isinstance(met, SendError):
                unknown.setdefault(str(met), (met, []))[1].append(chat.id)
            elif not met:
                yield Finding(False, sentence("doctor.robot-bad", chat=chat.id), sentence("doctor.robot-mend"))
        for error, chats in unknown.values():
            yield Finding(False, sentence("doctor.robot-unknown", chats=chats), error.sentence)

    def _silent_groups(self) -> Iterator[Finding]:
        """A smart bot may not write where nobody has yet written to it; whether somebody has, WeCom does not tell."""
        bots = [each for each in self._on("wecom-bot") if has_key(each, self.settings)]
        if silent := [chat.id for chat in bots if self.lived.get(chat.id) != chat.on]:
            yield Finding(True, sentence("doctor.bot-silent", chats=silent), sentence("doctor.bot-silent-mend"))

    async def _app(self) -> AsyncIterator[Finding]:
        if not self.settings.wecom.has_app:
            return
        channel = cast("WecomAppChannel", self.channels["wecom-app"])
        try:
            about = await channel.about()
        except SendError as error:
            yield Finding(False, sentence("doctor.app-refused"), error.sentence)
            return
        yield Finding(True, sentence("doctor.app", name=about.name))
        if about.disabled:
            yield Finding(False, sentence("doctor.app-disabled"), sentence("doctor.app-disabled-mend"))
        for finding in (*self._unseen(about), *self._trusted(about)):
            yield finding
        if not self.settings.wecom.has_callback and not self._of_callback() and self._on("wecom-app"):
            yield Finding(True, sentence("doctor.no-callback"), sentence("doctor.where-callback"))

    def _unseen(self, about: About) -> Iterator[Finding]:
        """Who is surely outside the app's visible range, who would get nothing."""
        places = {chat.id: self._address(chat) for chat in self._on("wecom-app")}
        people = {f"{each}": f"user:{each.id}" for each in self.admins if each.platform == "wecom"}
        for name, address in {**places, **people}.items():
            if address and about.cannot_see(address):
                key = "doctor.app-no-groups" if address.startswith("chat:") else "doctor.app-unseen"
                yield Finding(False, sentence(key, chat=name), sentence(f"{key}-mend"))

    def _trusted(self, about: About) -> Iterator[Finding]:
        """Whether the authorise page may lead back to our pages, which it must where a link asks who somebody is."""
        url = self.settings.web.public_url
        host = host_of(url) if url else None
        if host and about.domain.partition(":")[0].lower() != host and self._needing_links():
            what = (
                sentence("doctor.other-domain", domain=about.domain, host=host)
                if about.domain
                else sentence("doctor.no-domain", host=host)
            )
            yield Finding(False, what, sentence("doctor.where-domain", host=host))


def _where(setting: Setting) -> Sentence:
    """Where a setting is found in WeCom's console."""
    return sentence(f"doctor.where-{setting.replace('_', '-')}")
