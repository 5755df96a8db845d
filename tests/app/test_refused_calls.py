"""While the callback's settings do not fit WeCom's every press is lost: the admins learn of it, once a day."""

from bot.app.refused_calls import RefusedCalls
from bot.errors import CallbackMismatched, CallbackRefused
from bot.language import sentence
from tests.app.stage import Stage

MISMATCHED = CallbackMismatched(sentence("wecom.callback-wrong-token"))


async def heard(stage: Stage) -> list[str]:
    await stage.look()
    await stage.clock.advance(5)
    return [each for each in stage.told if "听不见" in each]


async def test_the_admins_are_told_once_a_day_what_to_compare(stage: Stage) -> None:
    calls = RefusedCalls(await stage.run())
    for _ in range(3):
        await calls.tell(MISMATCHED)
    (told,) = await heard(stage)
    assert "GENGFU_WECOM__CALLBACK_TOKEN" in told
    assert "EncodingAESKey" in told
    await stage.clock.advance(86_400)
    await calls.tell(MISMATCHED)
    assert len(await heard(stage)) == 2


async def test_of_a_stranger_s_call_nobody_is_told(stage: Stage) -> None:
    await RefusedCalls(await stage.run()).tell(CallbackRefused(sentence("wecom.callback-unsigned")))
    assert await heard(stage) == []
