"""Yesterday's backup is restored (fault 16): what may have gone out since is uncertain, never repeated in silence."""

import asyncio
from collections import Counter
from datetime import timedelta
from functools import partial
from pathlib import Path

from bot.app.safekeeping.backups import take_backup, write_backup
from bot.app.safekeeping.restoring import restore
from bot.clock import SystemClock
from bot.store.tinydb import open_reader
from tests.acceptance.process import Gengfu, ledger, now, settings, soon
from tests.fakes import until
from tests.promises.checker import check, told
from tests.promises.evidence import evidence, occurrences_in, plan_of
from tests.servers.telegram import TelegramServer
from tests.torture.lives import all_ended
from tests.torture.town import a_big_town

CHATS = 5


def accepted(telegram: TelegramServer) -> Counter[str]:
    """How many messages of each reminder the platform has."""
    return Counter(name.split("/")[1] for each in telegram.accepted for name in occurrences_in(each.text))


async def test_of_ten_that_were_sent_since_the_backup_alerts_go_out_once_more_and_broadcasts_do_not(
    tmp_path: Path,
) -> None:
    folder, file = tmp_path / "town", tmp_path / "backup.zip"
    first = soon(3)
    second = first + timedelta(seconds=9)
    town = a_big_town(folder, rooms=CHATS, homes=CHATS, alerts=[first, second], warnings=[first, second])
    async with TelegramServer() as telegram:
        town.on(telegram)
        environment = settings(telegram)
        bot, plan = await asyncio.gather(Gengfu.run(folder, environment), plan_of(folder, environment))
        await until(partial(all_ended, folder, len(plan) // 2), within=40)
        parcel = await asyncio.to_thread(take_backup, folder / "data", now())
        assert now() < second, "this machine is too slow for this test"
        write_backup(parcel, file)
        await until(partial(all_ended, folder, len(plan)), within=40)
        await bot.terminate()
        each = {"alert-0": CHATS, "warning-0": CHATS, "alert-1": CHATS, "warning-1": CHATS}
        assert accepted(telegram) == each

        await asyncio.to_thread(restore, folder / "data", file, SystemClock().now())
        bot = await Gengfu.run(folder, environment)
        await until(lambda: accepted(telegram)["alert-1"] == 2 * CHATS, within=40)
        await until(partial(all_ended, folder, len(plan)), within=40)
        await bot.terminate()

        assert accepted(telegram) == {**each, "alert-1": 2 * CHATS}
        entries = await ledger(folder, environment)
        since = [entry for entry in entries if entry["chat"] and "-1/" in (entry["occurrence"] or "")]
        assert Counter((entry["kind"], entry["occurrence"].split("/")[1]) for entry in since) == {
            ("uncertain", "alert-1"): CHATS,
            ("sent", "alert-1"): CHATS,
            ("uncertain", "warning-1"): CHATS,
        }
        (restored,) = [entry for entry in entries if entry["kind"] == "restored"]
        assert (restored["detail"]["from"], restored["detail"]["uncertain"]) == ("backup.zip", 0)
        assert all("备份" in entry["detail"]["why"] for entry in entries if entry["kind"] == "uncertain")
        told_to = [each.text or "" for each in await (await open_reader(folder / "data")).deliveries(chat=":admins")]
        assert sum("从备份恢复" in text and "不在台账里" in text for text in told_to) == 1
        broken = check(await evidence(folder, environment, plan, telegram.asked))
        assert not broken, told(broken)
