"""kill -9 at random moments: the file can always be read, and has every commit that was reported as durable."""

import contextlib
import random
import subprocess
import sys
from pathlib import Path

import bot
from bot.store.hold import holder
from tests.store.folder import Folder

ROOT = Path(bot.__file__).parents[1]


async def test_kill_9_loses_no_commit_that_was_reported(folder: Folder) -> None:
    seed = random.SystemRandom().randrange(1_000_000)
    print(f"seed {seed}")  # noqa: T201 - shown where the test fails
    chance = random.Random(seed)
    durable: set[str] = set()
    written: set[str | None] = set()
    for _ in range(5):
        durable |= killed_after(folder.path, lines=chance.randrange(1, 60), seconds=chance.uniform(0, 0.01))
        assert holder(folder.path) is None

        reader = await folder.reader()
        written = {each.occurrence for each in await reader.entries()}
        assert {f"o-{n}" for n in durable} <= written
        assert {each.occurrence for each in await reader.deliveries()} == written
        assert {f"m-{n}" for n in range(max(0, len(written) - 5), len(written))} <= (await reader.marks()).keys()

    store = await folder.open()
    assert {each.occurrence for each in await store.entries()} == written
    await store.close()


def killed_after(folder: Path, *, lines: int, seconds: float) -> set[str]:
    """What a writer reported before it was killed, so long after so many lines."""
    command = [sys.executable, "-m", "tests.store.endless_writer", str(folder)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as writer:
        assert writer.stdout is not None
        said = [writer.stdout.readline() for _ in range(lines)]
        with contextlib.suppress(subprocess.TimeoutExpired):
            writer.wait(seconds)
        assert writer.poll() is None
        writer.kill()
        said += writer.stdout.readlines()
    return {line.strip() for line in said if line.endswith("\n")}
