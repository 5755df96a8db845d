"""Telegram: groups, topics, buttons and migration, through python-telegram-bot."""

from bot.channels.telegram.channel import Patience, TelegramChannel
from bot.channels.telegram.platform import TelegramPlatform

__all__ = ["Patience", "TelegramChannel", "TelegramPlatform"]
