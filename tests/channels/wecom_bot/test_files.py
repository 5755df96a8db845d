"""Files by the long connection, piece by piece, and photos that come with a message, opened by their own key."""

import secrets

import pytest

from bot.channels.protocol import File
from bot.channels.wecom_bot import WecomBotChannel
from bot.channels.wecom_bot.media import MOST_BYTES, opened, ref_of
from bot.clock import ManualClock
from bot.errors import NotSent, Refused, Uncertain
from bot.ledger.inbound import Attachment
from tests.channels.wecom_bot.conftest import GROUP, HERE, PERSON, heard_of
from tests.servers.wecom_socket import Fault, SmartBotServer

PHOTO = b"\xff\xd8\xff" + b"fire door" * 100
REPORT = File("通报.docx", secrets.token_bytes(1_100_000))


class TestSending:
    async def test_a_file_goes_in_pieces_and_arrives_whole(self, bot: WecomBotChannel, wecom: SmartBotServer) -> None:
        await bot.send_file(HERE, REPORT)
        (posted,) = wecom.accepted
        assert (posted.msgtype, posted.text, posted.content) == ("file", REPORT.name, REPORT.content)
        assert wecom.calls["aibot_upload_media_chunk"] == 3

    async def test_the_log_of_it_holds_no_file(self, bot: WecomBotChannel, wecom: SmartBotServer) -> None:
        await bot.send_file(HERE, REPORT)
        assert all(len(each.as_line()) < 1_000 for each in wecom.asked)

    @pytest.mark.parametrize("size", [0, 5, MOST_BYTES + 1])
    async def test_one_that_wecom_takes_not_never_leaves(
        self, bot: WecomBotChannel, wecom: SmartBotServer, size: int
    ) -> None:
        with pytest.raises(Refused):
            await bot.send_file(HERE, File("x.txt", b"x" * size))
        assert wecom.calls["aibot_upload_media_init"] == 0

    @pytest.mark.parametrize("step", ["init", "chunk", "finish"])
    async def test_what_ends_on_its_way_was_seen_by_nobody_and_may_go_again(
        self, bot: WecomBotChannel, wecom: SmartBotServer, step: str
    ) -> None:
        wecom.order(Fault("cut", accepts=True), cmd=f"aibot_upload_media_{step}")
        with pytest.raises(NotSent):
            await bot.send_file(HERE, REPORT)

    async def test_only_the_message_itself_can_be_in_doubt(self, bot: WecomBotChannel, wecom: SmartBotServer) -> None:
        wecom.order(Fault("cut", accepts=True))
        with pytest.raises(Uncertain):
            await bot.send_file(HERE, REPORT)
        assert len(wecom.accepted) == 1


class TestFetching:
    async def test_a_photo_that_somebody_sends_alone_is_opened(
        self, bot: WecomBotChannel, wecom: SmartBotServer
    ) -> None:
        wecom.shows(PERSON, PHOTO)
        sent = await heard_of("text", bot)
        assert sent.attachment is not None
        assert (sent.text, sent.attachment.kind) == (None, "photo")
        assert await bot.fetch(sent.attachment) == PHOTO

    async def test_so_is_one_that_comes_with_words_in_a_group(
        self, bot: WecomBotChannel, wecom: SmartBotServer
    ) -> None:
        wecom.shows_here(PERSON, GROUP, PHOTO, "已落实")
        sent = await heard_of("text", bot)
        assert sent.attachment is not None
        assert sent.text == "已落实"
        assert await bot.fetch(sent.attachment) == PHOTO

    async def test_so_is_one_that_is_quoted_since_in_a_group_no_photo_comes_by_itself(
        self, bot: WecomBotChannel, wecom: SmartBotServer
    ) -> None:
        wecom.quotes_photo(PERSON, GROUP, PHOTO, "已落实")
        sent = await heard_of("text", bot)
        assert sent.attachment is not None
        assert await bot.fetch(sent.attachment) == PHOTO

    async def test_after_five_minutes_it_is_gone(
        self, bot: WecomBotChannel, wecom: SmartBotServer, clock: ManualClock
    ) -> None:
        wecom.shows(PERSON, PHOTO)
        sent = await heard_of("text", bot)
        assert sent.attachment is not None
        await clock.advance(300)
        with pytest.raises(Refused, match="再发一次"):
            await bot.fetch(sent.attachment)

    async def test_where_wecom_is_busy_or_out_of_reach_it_may_be_tried_again(
        self, bot: WecomBotChannel, wecom: SmartBotServer
    ) -> None:
        wecom.shows(PERSON, PHOTO)
        sent = await heard_of("text", bot)
        assert sent.attachment is not None
        wecom.media.breaks = True
        with pytest.raises(NotSent):
            await bot.fetch(sent.attachment)
        await wecom.media.stop()
        with pytest.raises(NotSent) as met:
            await bot.fetch(sent.attachment)
        assert "sign=" not in str(met.value)

    async def test_one_that_is_too_large_is_refused(self, bot: WecomBotChannel, wecom: SmartBotServer) -> None:
        wecom.shows(PERSON, b"x" * (MOST_BYTES + 64))
        sent = await heard_of("text", bot)
        assert sent.attachment is not None
        with pytest.raises(Refused, match="20 MB"):
            await bot.fetch(sent.attachment)

    async def test_nothing_is_fetched_but_from_a_place_that_proves_itself(self, bot: WecomBotChannel) -> None:
        with pytest.raises(Refused):
            await bot.fetch(Attachment(kind="photo", ref=ref_of("http://example.org/photo", "x" * 43)))

    @pytest.mark.parametrize(
        ("sealed", "key"),
        [(b"", "A" * 43), (b"x" * 15, "A" * 43), (b"x" * 32, "A" * 43), (b"x" * 32, "short"), (b"x" * 32, "密" * 43)],
    )
    def test_what_its_key_does_not_open_is_refused(self, sealed: bytes, key: str) -> None:
        with pytest.raises(Refused):
            opened(sealed, key)

    async def test_a_key_is_read_with_and_without_its_last_mark(
        self, bot: WecomBotChannel, wecom: SmartBotServer
    ) -> None:
        kept = wecom.media.keep(PHOTO)
        for key in (kept["aeskey"], f"{kept['aeskey']}="):
            assert await bot.fetch(Attachment(kind="photo", ref=ref_of(kept["url"], key))) == PHOTO
