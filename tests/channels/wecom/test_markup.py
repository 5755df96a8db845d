"""The small Markdown in WeCom's own."""

from bot.channels.wecom.markup import is_plain, people_in, size, to_calling, to_markdown, to_plain

ASK = "**请落实** [派出所](person:wecom:policeduty)[＠](person:wecom:wang)、[应急办](person:telegram:7)：\n\n- [预案](https://example.org/plan)"


def test_a_robot_calls_the_people_of_wecom() -> None:
    assert to_calling(ASK) == ("**请落实** 派出所<@policeduty><@wang>、应急办：\n\n• [预案](https://example.org/plan)")


def test_elsewhere_they_are_named() -> None:
    assert to_markdown(ASK) == "**请落实** 派出所、应急办：\n\n• [预案](https://example.org/plan)"
    assert to_plain(ASK) == "请落实 派出所、应急办：\n\n• 预案（https://example.org/plan）"


def test_whom_a_text_mentions() -> None:
    assert people_in(ASK) == ("policeduty", "wang")


def test_each_line_of_a_quote_is_marked_once() -> None:
    assert to_markdown("> 第一行\n> 第二行") == "> 第一行\n> 第二行"
    assert to_markdown("> > 深处") == "> 深处"


def test_marks_would_be_lost_as_plain_text_and_mentions_and_lists_would_not() -> None:
    assert is_plain("请 [派出所](person:wecom:a) 查看\n\n- 三清\n- 三关")
    assert not is_plain("**请** 查看")
    assert not is_plain("[预案](https://example.org)")


def test_lengths_are_bytes() -> None:
    assert size("火") == 3
