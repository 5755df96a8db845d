"""What WeCom tells the app, in the form in which it goes to disk (facts: wecom, section 3). Pure."""

from collections.abc import Mapping
from datetime import UTC, datetime

from bot.channels.wecom.addresses import person_of
from bot.channels.wecom_app import tasks
from bot.ledger.inbound import Attachment, Inbound

PLATFORM = "wecom-app"
GREETING = "/start"
"""What somebody says by opening the app."""


def read(said: Mapping[str, str], now: datetime) -> Inbound | None:
    """A press, what was typed or sent, or that somebody opened the app; None for all that concerns nobody here."""
    sender = said.get("FromUserName", "")
    created = said.get("CreateTime", "")
    if not sender or not created.isdecimal():
        return None
    common = {
        "platform": PLATFORM,
        "at": min(datetime.fromtimestamp(int(created), UTC), now),
        "person": person_of(sender),
    }
    own = {**common, "address": f"user:{sender.lower()}", "private": True, "id": said.get("MsgId", "")}
    match said.get("MsgType"), said.get("Event"):
        case "event", "template_card_event":
            task = said.get("TaskId", "")
            if (address := tasks.address_in(task)) is None:
                return None
            key, code = said.get("EventKey", ""), said.get("ResponseCode", "")
            return Inbound.model_validate(
                {
                    **common,
                    "id": f"{sender.lower()}/{created}/{task}/{key}",
                    "kind": "press",
                    "address": address,
                    "private": address.startswith("user:"),
                    "message_id": task,
                    "data": key,
                    "reply_to": code or None,
                }
            )
        case "event", "enter_agent":
            return Inbound.model_validate(
                {**own, "id": f"{sender.lower()}/{created}/enter", "kind": "command", "text": GREETING}
            )
        case "text", _ if own["id"]:
            text = said.get("Content", "").strip()
            kind = "command" if text.startswith("/") else "text"
            return Inbound.model_validate({**own, "kind": kind, "text": text}) if text else None
        case "image" | "video" as kind, _ if own["id"] and said.get("MediaId"):
            attachment = Attachment(kind="photo" if kind == "image" else "file", ref=said["MediaId"])
            return Inbound.model_validate({**own, "kind": "text", "attachment": attachment})
        case _:
            return None
