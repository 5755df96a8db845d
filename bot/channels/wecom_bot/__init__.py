"""WeCom's smart bot: one long connection that hears and speaks, without a public address (facts: wecom, section 2)."""

from bot.channels.wecom_bot.channel import WecomBotChannel
from bot.channels.wecom_bot.connection import Patience
from bot.channels.wecom_bot.platform import WecomBotPlatform

__all__ = ["Patience", "WecomBotChannel", "WecomBotPlatform"]
