"""Addresses of the three ways into WeCom as the YAML writes them."""

import pytest
import yaml

from bot.app.platforms import as_written
from bot.channels.wecom_app.platform import WecomAppPlatform
from bot.channels.wecom_bot.platform import WecomBotPlatform
from bot.channels.wecom_robot.address import key_of
from bot.channels.wecom_robot.platform import WecomRobotPlatform
from bot.errors import SettingsError

KEY = "693a91f6-7xxx-4bc4-97a0-0ec2sifa5aaa"
APP = WecomAppPlatform(hears=True)


@pytest.mark.parametrize("written", [KEY, f"https://localhost/cgi-bin/webhook/send?key={KEY}"])
def test_a_robots_address_is_its_key_alone_or_in_the_address_that_the_console_shows_and_shows_neither(
    written: str,
) -> None:
    address = WecomRobotPlatform().read_address(written)
    assert (key_of(address), KEY in address) == (KEY, False)


@pytest.mark.parametrize(
    ("written", "canonical"),
    [
        ("wrkSFfCgAAxx", "chat:wrkSFfCgAAxx"),
        ("chat:wrkSFfCgAAxx", "chat:wrkSFfCgAAxx"),
        ({"user": "PoliceDuty"}, "user:policeduty"),
    ],
)
def test_a_smart_bots_is_a_group_or_a_person(written: object, canonical: str) -> None:
    assert WecomBotPlatform().read_address(written) == canonical


@pytest.mark.parametrize(
    ("written", "canonical"),
    [
        ({"user": "PoliceDuty"}, "user:policeduty"),
        ({"party": "2"}, "party:2"),
        ({"tag": 7}, "tag:7"),
        ({"chat": "Winter2026"}, "chat:Winter2026"),
        ("party:2", "party:2"),
    ],
)
def test_an_apps_says_of_which_kind_it_is(written: object, canonical: str) -> None:
    assert APP.read_address(written) == canonical


@pytest.mark.parametrize(
    "written", [None, "", "PoliceDuty", {"party": "二"}, {"user": "a b"}, {"user": "a", "tag": "1"}]
)
def test_anything_else_is_told_what_to_write(written: object) -> None:
    with pytest.raises(SettingsError, match="party"):
        APP.read_address(written)


def test_what_goes_to_parties_and_tags_counts_for_each_member_and_so_together() -> None:
    assert APP.place("party:1") == APP.place("tag:7") != APP.place("user:a")


@pytest.mark.parametrize(
    ("address", "presses"), [("user:a", True), ("party:1", True), ("tag:1", True), ("chat:x", False)]
)
def test_an_app_hears_presses_but_from_its_groups_and_without_a_callback_from_nowhere(
    address: str, presses: bool
) -> None:
    assert APP.presses(address) is presses
    assert not WecomAppPlatform(hears=False).presses(address)


@pytest.mark.parametrize("canonical", ["chat:wrkA_b-1", "user:policeduty"])
def test_a_smart_bots_address_as_it_is_written_reads_as_itself(canonical: str) -> None:
    assert WecomBotPlatform().read_address(yaml.safe_load(as_written("wecom-bot", canonical))) == canonical


@pytest.mark.parametrize("canonical", ["party:2", "tag:7", "user:policeduty", "chat:Winter2026"])
def test_so_does_an_apps(canonical: str) -> None:
    assert APP.read_address(yaml.safe_load(as_written("wecom-app", canonical))) == canonical


@pytest.mark.parametrize(("kind", "where"), [("party", "部门 ID"), ("tag", "标签 ID")])
def test_a_name_where_a_number_is_wanted_is_told_so_and_where_the_number_is_seen(kind: str, where: str) -> None:
    with pytest.raises(SettingsError, match=f"{where}（数字.*“应急办”：管理后台 › 通讯录"):
        APP.read_address({kind: "应急办"})
