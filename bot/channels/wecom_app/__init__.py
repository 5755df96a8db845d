"""WeCom's self-built app: to people, parties, tags and groups, and back by a callback (facts: wecom, section 3)."""

from bot.channels.wecom_app.api import Keys
from bot.channels.wecom_app.channel import WecomAppChannel
from bot.channels.wecom_app.platform import WecomAppPlatform

__all__ = ["Keys", "WecomAppChannel", "WecomAppPlatform"]
