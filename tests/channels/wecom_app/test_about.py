"""What WeCom says of the app itself, by which `gengfu doctor` judges it."""

import pytest

from bot.channels.wecom_app import WecomAppChannel
from bot.channels.wecom_app.about import ABOUT, About, read
from bot.errors import ChannelDown, NotSent
from tests.servers.faults import garbage
from tests.servers.wecom import WeComServer
from tests.servers.wecom_corp import Corp


async def test_it_tells_its_name_its_range_and_its_domain(channel: WecomAppChannel, corp: Corp) -> None:
    corp.sees, corp.domain = (2, 3), "huo.example"
    about = await channel.about()
    people = frozenset({"policeduty", "liuwei", "zhaiban"})
    parties, tags = frozenset({2, 3}), frozenset[int]()
    assert about == About("更夫", people, parties, tags, disabled=False, domain="huo.example")


async def test_what_may_not_be_spoken_for_from_here_is_no_app_of_ours(channel: WecomAppChannel, corp: Corp) -> None:
    corp.is_trusted = False
    with pytest.raises(ChannelDown, match=r"203\.0\.113\.7"):
        await channel.about()


async def test_asking_changes_nothing_so_a_lost_answer_is_no_doubt(
    channel: WecomAppChannel, wecom: WeComServer
) -> None:
    wecom.order(garbage(), path=ABOUT)
    with pytest.raises(NotSent):
        await channel.about()


@pytest.mark.parametrize(
    ("parties", "tags", "people", "unseen"),
    [
        ({1}, set(), set(), set()),
        ({2}, set(), set(), {"chat:g1"}),
        (set(), {3}, set(), {"chat:g1", "party:2"}),
        (set(), set(), {"liuwei"}, {"chat:g1", "party:2", "user:policeduty"}),
        (set(), set(), set(), {"chat:g1", "party:2", "user:policeduty", "tag:3"}),
    ],
)
def test_only_who_is_surely_outside_its_range_is_said_to_be(
    parties: set[int], tags: set[int], people: set[str], unseen: set[str]
) -> None:
    about = About("更夫", frozenset(people), frozenset(parties), frozenset(tags), disabled=False, domain="")
    places = ("chat:g1", "party:2", "user:policeduty", "tag:3")
    assert {each for each in places if about.cannot_see(each)} == unseen


@pytest.mark.parametrize("given", [{}, {"allow_partys": None, "allow_tags": [], "redirect_domain": None}])
def test_what_is_missing_is_none(given: dict[str, object]) -> None:
    assert read(given) == About("", frozenset(), frozenset(), frozenset(), disabled=False, domain="")
