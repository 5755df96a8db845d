"""Commands, deep links and menus before a strict Telegram, over a real socket."""

from pathlib import Path

from tests.app.stage import ADMIN, at
from tests.promises.on_telegram import HOMES, POLICE, ROOM, on_telegram
from tests.servers.telegram_commands import Scope


async def test_what_people_ask_in_a_group_leads_them_to_their_own_chat_and_floods_nothing(tmp_path: Path) -> None:
    async with on_telegram(tmp_path) as stage:
        server = stage.server
        server.group(ROOM, "消防安全工作群", members=[POLICE, int(ADMIN)])
        await stage.run()
        await stage.pass_to(at("08:02:00"))
        await stage.before_long(lambda: len(stage.texts(ROOM)) == 1)
        server.types(POLICE, ROOM, "/open@GengfuBot")
        await stage.before_long(lambda: len(stage.texts(ROOM)) == 2)
        server.types(POLICE, ROOM, "/who@GengfuBot")
        await stage.before_long(lambda: any("派出所 待回执" in each.text for each in server.edited))
        assert len(stage.texts(ROOM)) == 2
        (issued,) = [each for each in await stage.store.all_issued() if each.owing]
        query = server.press(int(ADMIN), ROOM, 1, f"w:{issued.token}")
        await stage.before_long(lambda: query in server.toasts)
        link = server.toasts[query].url or ""
        assert link.startswith("https://t.me/GengfuBot?start=")
        server.types(int(ADMIN), int(ADMIN), f"/start {link.partition('=')[2]}")
        await stage.before_long(lambda: "派出所 待回执" in stage.told[-1])
        await stage.before_long(lambda: Scope("chat", POLICE, language="en") in server.commands)
        assert [word for word, _ in server.commands[Scope("chat", HOMES)]] == ["today", "help"]
        assert "pause" in dict(server.commands[Scope("chat", int(ADMIN))])
        assert server.violations == []
