"""A WeCom group robot: a webhook into one group, which only sends (facts: wecom, section 1)."""

from bot.channels.wecom_robot.channel import WecomRobotChannel
from bot.channels.wecom_robot.platform import WecomRobotPlatform

__all__ = ["WecomRobotChannel", "WecomRobotPlatform"]
