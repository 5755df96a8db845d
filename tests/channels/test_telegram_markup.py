"""Small Markdown as Telegram shows it."""

import pytest

from bot.channels.telegram import markup
from tests.servers.telegram_html import parse


@pytest.mark.parametrize(
    ("written", "html"),
    [
        ("平安", "平安"),
        ("**三清三关**", "<b>三清三关</b>"),
        ("**【提醒】**各位居民", "<b>【提醒】</b>各位居民"),
        ("请**注意**，**不要**点火", "请<b>注意</b>，<b>不要</b>点火"),
        ("*当心*", "<i>当心</i>"),
        ("***当心***", "<i><b>当心</b></i>"),
        ("2 * 3 * 4", "2 * 3 * 4"),
        ("甲 * 乙* 丙", "甲 * 乙* 丙"),
        ("_a_ a_b_c `x` # y ~~z~~", "_a_ a_b_c `x` # y ~~z~~"),
        ("# 不是标题", "# 不是标题"),
        ("    不是代码", "不是代码"),
        ("a < b && c > d", "a &lt; b &amp;&amp; c &gt; d"),
        ("<b>x</b> &lt;", "&lt;b&gt;x&lt;/b&gt; &amp;lt;"),
        (r"\*\*x\*\* \[a\](b) \<", "**x** [a](b) &lt;"),
        ("[预案](https://e.org/?a=1&b=2)", '<a href="https://e.org/?a=1&amp;b=2">预案</a>'),
        ("[**派出所**](person:telegram:2001)", '<a href="tg://user?id=2001"><b>派出所</b></a>'),
        ("[派出所](person:wecom:PoliceDuty)", "派出所"),
        ("[派出所](person:board:office/police)", "派出所"),
        ("[坏](person:telegram:abc)", "坏"),
        ("[看](/relative)", "看"),
        ("一\n二", "一\n二"),
        ("一\r\n\r\n\r\n二", "一\n\n二"),
        ("措施：\n- 清楼道\n- 清阳台", "措施：\n• 清楼道\n• 清阳台"),
        ("- 一\n\n- 二", "• 一\n\n• 二"),
        ("3. 甲\n4. 乙", "3. 甲\n4. 乙"),
        ("- 甲\n  - 乙\n- 丙", "• 甲\n  • 乙\n• 丙"),
        (
            "> 金龙府发〔2023〕96 号\n> 第九条\n\n请落实",
            "<blockquote>金龙府发〔2023〕96 号\n第九条</blockquote>\n\n请落实",
        ),
        ("> 一\n>\n> > 二", "<blockquote>一\n\n二</blockquote>"),
    ],
)
def test_each_form(written: str, html: str) -> None:
    assert markup.to_html(written) == html
    text, _ = parse(html)
    assert markup.to_plain(written).strip() == text


@pytest.mark.parametrize(
    ("written", "length"),
    [("火", 1), ("😀", 2), ("**火**", 1), ("&", 1), ("火 \n", 1), ("[火](https://e.org)", 1), ("", 0)],
)
def test_its_length_counts_what_is_read(written: str, length: int) -> None:
    assert markup.length(written) == length


def test_links_that_outweigh_their_text_count_by_their_bytes() -> None:
    mentions = "".join(f"[张](person:telegram:{each:010d})" for each in range(1000))
    assert len(markup.to_plain(mentions)) == 1000
    assert markup.length(mentions) > markup.MOST_UNITS


def test_a_text_is_cut_by_units_and_never_within_a_sign() -> None:
    assert markup.shortened("😀" * 100, 200) == "😀" * 100
    assert markup.shortened("😀" * 101, 200) == "😀" * 99 + "…"
