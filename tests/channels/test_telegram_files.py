"""Files: what people attach, fetched by its id through an address that holds the token, which nobody sees; what is
sent.
"""

import logging
from datetime import timedelta

import pytest

from bot.channels.protocol import File
from bot.channels.telegram import TelegramChannel
from bot.clock import ManualClock
from bot.errors import ChannelDown, ChatGone, NotSent, Refused, SendError, Throttled, Uncertain
from bot.ledger.inbound import Attachment
from tests.channels.conftest import FORUM, GROUP, POLICE
from tests.servers import telegram_faults as faults
from tests.servers.telegram import TelegramServer


def a_file(telegram: TelegramServer, content: bytes = b"proof", **given: int) -> Attachment:
    ref = telegram.attaches(POLICE, POLICE, content, name="proof.bin", caption="已落实", **given)
    return Attachment(kind="file", ref=ref)


@pytest.mark.parametrize("content", [b"proof", b"", b'{"ok": false, "error_code": 401}', bytes(range(256)) * 4_000])
async def test_it_comes_byte_by_byte_whatever_is_in_it(
    channel: TelegramChannel, telegram: TelegramServer, content: bytes
) -> None:
    assert await channel.fetch(a_file(telegram, content)) == content


async def test_what_telegram_calls_too_big_is_refused_in_plain_words(
    channel: TelegramChannel, telegram: TelegramServer
) -> None:
    with pytest.raises(Refused) as refusal:
        await channel.fetch(a_file(telegram, size=21_000_000))
    assert refusal.value.sentence.key == "telegram.file-too-big"


async def test_what_is_gone_is_refused_and_is_no_word_on_the_token(
    channel: TelegramChannel, telegram: TelegramServer, clock: ManualClock
) -> None:
    attachment = a_file(telegram)
    telegram.order(faults.refused(404, "Not Found"), method="file")
    with pytest.raises(Refused) as refusal:
        await channel.fetch(attachment)
    assert not isinstance(refusal.value, ChannelDown)
    with pytest.raises(Refused):
        await channel.fetch(Attachment(kind="photo", ref="AgAC404"))
    await clock.advance(timedelta(hours=2).total_seconds())
    assert await channel.fetch(attachment) == b"proof"


async def test_a_token_that_was_revoked_is_told_as_such(channel: TelegramChannel, telegram: TelegramServer) -> None:
    attachment = a_file(telegram)
    telegram.revoke()
    with pytest.raises(ChannelDown):
        await channel.fetch(attachment)


@pytest.mark.parametrize("method", ["getFile", "file"])
async def test_a_failure_on_the_way_may_be_tried_again_and_shows_no_address(
    channel: TelegramChannel, telegram: TelegramServer, method: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    attachment = a_file(telegram)
    for fault in (faults.page(), faults.reset(0)):
        telegram.order(fault, method=method)
        with pytest.raises(NotSent) as failure:
            await channel.fetch(attachment)
        shown = f"{failure.value} {failure.value!r} {failure.value.__cause__!r} {caplog.text}"
        assert telegram.token not in shown
        assert telegram.token.partition(":")[2] not in shown
    assert await channel.fetch(attachment) == b"proof"
    assert telegram.token not in caplog.text


NOTICE = File("通报 2027-02-05.docx", b"PK\x03\x04 a notice \r\n--\r\n")


@pytest.mark.parametrize("address", [str(GROUP), f"{FORUM}/7"])
async def test_a_file_is_sent_as_it_is_by_its_name(
    channel: TelegramChannel, telegram: TelegramServer, address: str
) -> None:
    receipt = await channel.send_file(address, NOTICE)
    (posted,) = telegram.accepted
    assert (str(posted.message_id), posted.text) == (receipt.message_id, NOTICE.name)
    assert telegram.uploaded[NOTICE.name] == NOTICE.content
    assert (f"{posted.chat}/{posted.topic}" if posted.topic else f"{posted.chat}") == address


@pytest.mark.parametrize(
    ("misbehaviour", "kind"),
    [
        (faults.reset(0), Uncertain),
        (faults.held(), Uncertain),
        (faults.page(502), Uncertain),
        (faults.too_many(5), Throttled),
        (faults.refused(403, "Forbidden: bot was kicked from the supergroup chat"), ChatGone),
        (faults.refused(413, "Request Entity Too Large"), Refused),
    ],
)
async def test_a_file_that_may_not_have_been_sent_is_told_as_such(
    channel: TelegramChannel, telegram: TelegramServer, misbehaviour: faults.Fault, kind: type[SendError]
) -> None:
    telegram.order(misbehaviour, method="sendDocument")
    with pytest.raises(SendError) as failure:
        await channel.send_file(str(GROUP), NOTICE)
    assert type(failure.value) is kind
    assert telegram.token not in f"{failure.value} {failure.value!r}"
    assert telegram.calls["sendDocument"] == 1
