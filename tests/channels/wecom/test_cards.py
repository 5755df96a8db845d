"""A message laid out as a card, of which nothing may be cut."""

from hypothesis import given
from hypothesis import strategies as st

from bot.channels.protocol import Button, Message
from bot.channels.wecom.cards import Card, as_buttons, card_of, fit_of

ROW = ((Button("收到", "r:abcdefgh"), Button("已落实", "d:abcdefgh"), Button("需协助", "h:abcdefgh")),)
ASK = """**九.4 烟花爆竹存储、销售、燃放安全管理**

请检查零售点，定好现场监护。

- 存储：不超量
- 燃放：有人看

**请于 17:00 前回执：**

- ▫️ 应急办 待回执
- ☑️ [派出所](person:wecom:a)[＠](person:wecom:b) 收到 09:02

配合：市监所"""


def test_each_part_of_an_ask_has_its_place() -> None:
    assert card_of(Message(ASK, ROW)) == Card(
        title="九.4 烟花爆竹存储、销售、燃放安全管理",
        desc="请于 17:00 前回执",
        text="请检查零售点，定好现场监护。\n• 存储：不超量\n• 燃放：有人看\n配合：市监所",
        lines=(("▫️", "应急办 待回执"), ("☑️", "派出所 收到 09:02")),
        buttons=ROW[0],
    )


def test_what_heads_a_message_stands_in_its_text() -> None:
    card = card_of(Message(f"【演练】\n\n**补发：原定 09:00**\n\n{ASK}", ROW))
    assert card.title == "九.4 烟花爆竹存储、销售、燃放安全管理"
    assert card.text.startswith("【演练】\n补发：原定 09:00\n请检查")


def test_a_title_that_is_too_long_for_its_place_stands_in_the_text() -> None:
    card = card_of(Message(f"**{'长' * 27}**\n\n请查看"))
    assert (card.title, card.text) == ("", f"{'长' * 27}\n请查看")


def test_a_short_first_sentence_is_the_title_where_there_is_no_other_and_bold_words_within_it_are_none() -> None:
    assert card_of(Message("请务必**带灭火器**到场。九点集合。")) == Card("请务必带灭火器到场", "", "九点集合。")
    assert card_of(Message("请到场\n九点集合")) == Card("请到场", "", "九点集合")


def test_so_are_the_bold_words_that_a_notice_begins_with() -> None:
    assert card_of(Message("**群已失联**：清溪村居民群 收不到消息。\n原因：停用")) == Card(
        "群已失联", "", "清溪村居民群 收不到消息。\n原因：停用"
    )
    assert card_of(Message("**A chat is lost**: duty-room takes no messages.")).title == "A chat is lost"


def test_a_long_first_sentence_stays_in_the_text() -> None:
    assert card_of(Message(f"{'长' * 27}。请查看")) == Card("", "", f"{'长' * 27}。请查看")


def test_a_sign_before_a_title_is_part_of_it() -> None:
    assert card_of(Message("🔔 **请回执：值班**\n\n请按一下")).title == "🔔 请回执：值班"


def stands(*said: str) -> tuple[tuple[str, str], ...]:
    lines = "\n".join(f"- {each}" for each in said)
    return card_of(Message(f"**值班**\n\n**请于 17:00 前回执：**\n\n{lines}", ROW)).lines


def test_more_offices_than_lines_stand_together_by_where_they_stand_each_by_its_name() -> None:
    assert stands(*(f"▫️ 第{n}办 待回执" for n in range(6)), "✅ 派出所 已落实 09:02") == (
        ("▫️", "待回执 6：第0办、第1办、第2办、第3办、第4办、"),
        ("▫️", "第5办"),
        ("✅", "已落实 1：派出所"),
    )


def test_what_is_said_of_one_of_them_is_not_said_of_all() -> None:
    helped = "🆘 派出所 需协助（09:02），王工 09:10 去处理", "🆘 应急办 需协助（09:05）"
    received = (f"☑️ 第{n}办 收到（09:0{n}）" for n in range(5))
    assert stands(*helped, *received) == (
        ("🆘", "需协助 2：派出所、应急办"),
        ("☑️", "收到 5：第0办、第1办、第2办、第3办、第4办"),
    )


def test_who_has_not_answered_is_named_before_who_has_where_not_all_can_be() -> None:
    lines = stands(*(f"✅ 第{n}队 已落实 09:02" for n in range(30)), *(f"▫️ 第{n}办 待回执" for n in range(20)))
    assert [sign for sign, _ in lines] == ["✅", *["▫️"] * 4]
    assert all(any(f"第{n}办" in said for _, said in lines) for n in range(20))
    assert [said[-1] for _, said in lines if said.endswith("…")] == ["…"]
    assert all(len(said) <= 26 for _, said in lines)


def test_a_text_that_is_longer_than_its_place_does_not_fit_nor_do_too_many_or_too_long_buttons() -> None:
    assert fit_of(card_of(Message("火" * 112, ROW))).fits
    assert not fit_of(card_of(Message("火" * 113, ROW))).fits
    assert not fit_of(card_of(Message("火", tuple((Button(str(n), str(n)),) for n in range(7))))).fits
    assert not fit_of(card_of(Message("火", ((Button("十一个字的按钮放不下了", "x"),),)))).fits


@given(st.text(), st.lists(st.text()))
def test_whatever_is_written_nothing_of_it_is_cut_where_it_fits(text: str, more: list[str]) -> None:
    card = card_of(Message("\n\n".join([text, *more])))
    if fit_of(card).fits:
        assert len(card.title) <= 26
        assert len(card.desc) <= 30
        assert len(card.text) <= 112
        assert len(card.lines) <= 6
        assert all(len(said) <= 26 for _, said in card.lines)


def test_in_wecoms_form_a_call_for_help_is_red_and_nothing_else_stands_there() -> None:
    form = as_buttons(card_of(Message(ASK, ROW)), "t1")
    assert [(each["text"], each["style"], each["key"]) for each in form["button_list"]] == [
        ("收到", 1, "r:abcdefgh"),
        ("已落实", 1, "d:abcdefgh"),
        ("需协助", 3, "h:abcdefgh"),
    ]
    assert set(form) == {
        "card_type",
        "main_title",
        "sub_title_text",
        "horizontal_content_list",
        "button_list",
        "task_id",
    }
