"""What is set up, what is reachable, what is wrong, and how to mend it."""

from bot.app.doctor.examining import examine
from bot.app.doctor.finding import Finding

__all__ = ["Finding", "examine"]
