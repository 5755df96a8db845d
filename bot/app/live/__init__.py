"""The bot itself as pages see it (`bot.app.view.protocol.Live`): `LiveBot`, over the record and the plan."""

from bot.app.live.bot import LiveBot

__all__ = ["LiveBot"]
