from hypothesis import given, settings
from hypothesis import strategies as st

from bot.web.markup import to_html


def test_the_small_markdown_becomes_html() -> None:
    assert to_html("**请检查**：\n第二行\n\n- 楼道\n- 阳台\n\n> 依据") == (
        "<p><strong>请检查</strong>：<br>\n第二行</p><ul><li>楼道</li>\n<li>阳台</li>\n</ul>"
        "<blockquote><p>依据</p></blockquote>"
    )


def test_a_numbered_list_keeps_its_first_number() -> None:
    assert '<ol start="3"><li>三</li>' in to_html("3. 三\n4. 四")


def test_stars_touch_chinese_marks() -> None:
    assert to_html("**三清三关：**清理楼道") == "<p><strong>三清三关：</strong>清理楼道</p>"


def test_html_in_a_message_is_text() -> None:
    assert to_html('<script>alert("1")</script>') == "<p>&lt;script&gt;alert(&#34;1&#34;)&lt;/script&gt;</p>"


def test_links_go_to_the_web_only() -> None:
    assert to_html("[方案](https://example.org/?a=1&b=2)") == (
        '<p><a href="https://example.org/?a=1&amp;b=2" rel="noopener noreferrer" target="_blank">方案</a></p>'
    )
    for target in ("javascript:alert(1)", "ftp://example.org", "data:text/html,x", "/chats/x"):
        assert "<a" not in to_html(f"[看]({target})")


def test_a_person_is_a_mention() -> None:
    assert to_html("[派出所](person:telegram:2001)") == '<p><span class="mention">派出所</span></p>'


def test_the_signs_of_answers_are_drawn_beside_their_words() -> None:
    html = to_html("- ✅ 派出所 已落实\n- ☑️ 应急办 收到\n- 🆘 市监所 需协助\n- ▫️ 党政办 待回执")
    assert html == (
        '<ul><li class="sign-done">派出所 已落实</li>\n<li class="sign-received">应急办 收到</li>\n'
        '<li class="sign-help">市监所 需协助</li>\n<li class="sign-open">党政办 待回执</li>\n</ul>'
    )


def test_a_long_list_may_stand_in_columns() -> None:
    assert '<ul class="many">' in to_html("\n".join(f"- 单位 {number}" for number in range(7)))


@given(st.text("<>&\"'*[]()>-:/ap\n", max_size=60))
@settings(max_examples=100, deadline=None, derandomize=True)
def test_no_text_opens_a_tag_that_is_not_ours(text: str) -> None:
    ours = ("p", "br", "ul", "ol", "li", "blockquote", "strong", "em", "a", "span")
    tags = {part.split(">")[0].split(" ")[0].strip("/") for part in to_html(text).split("<")[1:]}
    assert tags <= set(ours)
