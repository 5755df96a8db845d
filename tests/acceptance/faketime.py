"""A process whose wall clock is set while it runs, by libfaketime; its monotonic clock and the machine's go on."""

import os
import shutil
from collections.abc import Mapping
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from tests.acceptance.process import now

_LIBRARIES = sorted(Path("/usr/lib").glob("*/faketime/libfaketime.so.1"))

needs_faketime = pytest.mark.skipif(
    not _LIBRARIES or shutil.which("faketime") is None,
    reason="libfaketime is not installed, so no clock can be set: apt-get install faketime",
)


class WallClock:
    """What the processes of an `environment` take for the time: the machine's now and `ahead`."""

    def __init__(self, folder: Path, ahead: timedelta = timedelta()) -> None:
        self._file = folder / "faketime"
        self.set(ahead)

    def environment(self, others: Mapping[str, str]) -> dict[str, str]:
        """For processes whose clock is to be set."""
        return dict(others) | {
            "LD_PRELOAD": str(_LIBRARIES[0]),
            "FAKETIME_TIMESTAMP_FILE": str(self._file),
            "FAKETIME_NO_CACHE": "1",
            "DONT_FAKE_MONOTONIC": "1",
            "FAKETIME_DONT_FAKE_MONOTONIC": "1",
        }

    def set(self, ahead: timedelta) -> None:
        """From now on it is so much later there, all at once."""
        self.ahead = ahead
        new = self._file.with_suffix(".new")
        new.write_text(f"{ahead.total_seconds():+.3f}\n")
        os.replace(new, self._file)  # noqa: PTH105 - it must never be seen half written

    def now(self) -> datetime:
        """What time it is there, in the town."""
        return now() + self.ahead
