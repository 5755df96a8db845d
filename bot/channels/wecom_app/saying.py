"""How the app says something: as a card or as text, a lost reply doubling nothing, and as a card that changes."""

from collections.abc import Mapping
from typing import Any

from bot.channels.protocol import File, Message, Receipt
from bot.channels.wecom_app import api, forms
from bot.channels.wecom_app.repeats import INTERVAL, Repeats
from bot.channels.wecom_app.standing import Card, MessageId, Standing
from bot.channels.wecom_app.tasks import task_of
from bot.clock import Clock
from bot.errors import Refused, SendError, Uncertain
from bot.language import Lang, Sentence, sentence

_TRIES = 3


class Saying:
    """One app's messages. What goes again for a lost reply is the same to the byte, which WeCom shows once."""

    def __init__(self, app: api.Api, agent_id: int, clock: Clock, lang: Lang) -> None:
        self._api, self._agent_id, self._clock, self._lang = app, agent_id, clock, lang
        self._repeats = Repeats(clock)
        self.standing = Standing()

    async def message(self, address: str, message: Message, *, card_at: str | None) -> Receipt:
        """Send it, as a card whose presses count at `card_at` if it is one that fits, None where there can be no card.
        Raises `SendError`; `Uncertain` only after the very same was handed over three times and no answer came.
        """
        checked = not address.startswith("chat:")
        turn = self._repeats.turn(address, message)
        try:
            receipt = await self._sent(address, message, card_at, turn if checked else None)
        except Uncertain:
            self._repeats.ended(address, message, turn, in_doubt=True)
            raise
        self._repeats.ended(address, message, turn, in_doubt=False)
        return receipt

    async def word(self, address: str, message: Message, *, card_at: str | None) -> Receipt:
        """Say it once, also where the same was said just now. Raises `SendError`."""
        return await self._sent(address, message, card_at, None)

    async def file(self, address: str, file: File) -> Receipt:
        """Send a file. Raises `SendError`."""
        media_id = await self._api.upload(file.name, file.content)
        body = {"msgtype": "file", "file": {"media_id": media_id}}
        given = await self._posted(address, body, checked=not address.startswith("chat:"))
        return Receipt(given.get("msgid"), unreached_by(given))

    async def change(self, card: Card, becomes: Mapping[str, Any]) -> None:
        """Change a card by one of its rights, the newest first. Raises `SendError`.

        That a right was used already tells, after an answer that did not come, that the card was changed then.
        """
        while card.rights:
            code = card.rights[-1]
            body = {"atall": 1, "agentid": self._agent_id, "response_code": code, "template_card": becomes}
            try:
                await self._api.post(api.UPDATE, body)
            except Uncertain:
                card.tried[code] = becomes
                raise
            except Refused as error:
                if error.sentence.key != "wecom.card-used":
                    raise
                was_changed = card.tried.get(code) == becomes
                card.spend(code)
                if was_changed:
                    return
            else:
                card.spend(code)
                return
        raise Refused(sentence("wecom.card-used"))

    async def _sent(self, address: str, message: Message, card_at: str | None, turn: str | None) -> Receipt:
        """Send it; with a `turn` it is the same to WeCom's duplicate check as what had that turn."""
        checked = turn is not None
        task = task_of(card_at or address, message, turn or str(self._clock.now().timestamp()))
        card = forms.card_for(message, task) if card_at else None
        if card is None:
            given = await self._told(address, message, checked=checked and self._repeats.is_new(address, message))
            return Receipt(given.get("msgid"), unreached_by(given))
        given = await self._posted(address, {"msgtype": "template_card", "template_card": card}, checked=checked)
        id_ = str(MessageId(str(given.get("msgid", "")), task, str(given.get("response_code", ""))))
        stands = self.standing.card(task)
        stands.message_id, stands.shows = id_, card
        return Receipt(id_, unreached_by(given))

    async def _told(self, address: str, message: Message, *, checked: bool) -> Mapping[str, Any]:
        """Send it as text, in as many messages as it needs. Where one of them fails after the first is there, and would
        be there twice if all went again, it is uncertain.
        """
        given: Mapping[str, Any] = {}
        for number, part in enumerate(forms.parts_of(forms.words_of(message, self._lang))):
            try:
                given = await self._posted(address, {"msgtype": "text", "text": {"content": part}}, checked=checked)
            except SendError as error:
                if number and not checked and not isinstance(error, Uncertain):
                    raise Uncertain(error.sentence) from None
                raise
        return given

    async def _posted(self, address: str, body: Mapping[str, Any], *, checked: bool) -> Mapping[str, Any]:
        """Hand it over; where no answer comes the very same again, if WeCom is to check that. A doubt stays one."""
        kind, _, id_ = address.partition(":")
        if kind == "chat":
            return await self._api.post(api.SAY, {"chatid": id_, **body})
        whole = {**forms.receivers(address), "agentid": self._agent_id, **body}
        if checked:
            whole |= {"enable_duplicate_check": 1, "duplicate_check_interval": INTERVAL}
        doubt: Uncertain | None = None
        for _ in range(_TRIES if checked else 1):
            try:
                return await self._api.post(api.SEND, whole)
            except Uncertain as error:
                doubt = doubt or error
            except SendError as error:
                raise doubt or error from None
        assert doubt is not None  # noqa: S101 - the last try ended in it
        raise doubt


def unreached_by(given: Mapping[str, Any]) -> tuple[Sentence, ...]:
    """Whom WeCom says that it did not give the message, and where that is mended."""
    told = []
    for field, key in (
        ("invaliduser", "wecom.unreached-users"),
        ("invalidparty", "wecom.unreached-parties"),
        ("invalidtag", "wecom.unreached-tags"),
        ("unlicenseduser", "wecom.unreached-unlicensed"),
    ):
        if named := tuple(filter(None, str(given.get(field) or "").split("|"))):
            told.append(sentence(key, named=named))
    return tuple(told)
