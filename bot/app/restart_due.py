"""Whether the bot that runs goes by an older `.env` than the one that lies there: it reads that only as it starts."""

from datetime import UTC, datetime

from bot.settings import Settings
from bot.store.hold import holder


def is_restart_due(settings: Settings) -> bool:
    """Whether a bot runs and `.env` was written after it started. Raises `StoreError` like `holder`."""
    running = holder(settings.data)
    try:
        written = (settings.folder / ".env").stat().st_mtime
    except OSError:
        return False
    return running is not None and datetime.fromtimestamp(written, UTC) > running.since
