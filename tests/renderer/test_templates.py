"""messages/NAME.j2: what a template may use, what is refused, how values are escaped (interface.md)."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from bot.clock import SystemClock
from bot.renderer.templates import Boundless, Messages, escaped, worded
from tests.builders import Written, a_key_date, a_town, an_office
from tests.renderer.rendering import ask, broadcast, refused, rendered

ASK = ask()
KEY_DATE = broadcast(on={"key_date": "two-sessions", "days": [-3], "at": "09:00"})
DEADLINE = ask(on={"phase": "carry-out", "days": [-7], "at": "09:00"}, to={"offices": "all"})

VARIABLES = [
    (ASK, "{{ town.id }} {{ town.name }}", "jinlong 金龙镇"),
    (
        ASK,
        "{{ campaign.id }} {{ campaign.title }} {{ campaign.basis }}",
        "winter-2026 今冬明春消防安全防范 金龙府发〔2023〕96 号",
    ),
    (
        ASK,
        "{{ phase.id }} {{ phase.name }} {{ phase.from }} {{ phase.until }}",
        "carry-out 组织实施 2026-11-01 2027-03-31",
    ),
    (
        KEY_DATE,
        "{{ key_date.id }} {{ key_date.name }} {{ key_date.first }} {{ key_date.last }}",
        "two-sessions 全国两会 2027-03-04（暂定） 2027-03-12（暂定）",
    ),
    (ASK, "{{ duty.id }} {{ duty.item }} {{ duty.name }}", "fireworks 九.4 烟花爆竹安全管理"),
    (
        ask(to={"duty": ["fireworks", "gas"]}),
        "{{ duty.id }} {{ duty.item }} {{ duty.name }}",
        "fireworks、gas 九.4、四 烟花爆竹安全管理；燃气专项整治",
    ),
    (
        DEADLINE,
        "{% for office in offices %}{{ office.id }} {{ office.name }}；{% endfor %}",
        "police 派出所；enforcement 综合执法大队；village-longmen 龙门村委会；fire-committee 镇消防安全委员会；",
    ),
    (
        DEADLINE,
        "{{ offices | map(attribute='name') | join('、') }}",
        "派出所、综合执法大队、龙门村委会、镇消防安全委员会",
    ),
    (ASK, "{{ occurrence.id }}", "winter-2026/alert/date/2026-12-20@09:00"),
    (KEY_DATE, "{{ occurrence.reason }}", "全国两会前 3 天"),
    (KEY_DATE, "{{ days_left }}", "3"),
    (DEADLINE, "{{ days_left }}", "7"),
    (ASK, "{{ due.isoformat() }}", "2026-12-20T09:00:00+08:00"),
    (ASK, "{{ deadline.isoformat() }}", "2026-12-20T11:00:00+08:00"),
    (ASK, "{{ now.isoformat() }}", "2026-12-20T08:30:00+08:00"),
    (ASK, "{{ deadline.strftime('%m月%d日 %H:%M') }}", "12月20日 11:00"),
]


@pytest.mark.parametrize(("reminder", "template", "text"), VARIABLES)
def test_each_variable_is_there(reminder: Written, template: str, text: str) -> None:
    assert rendered(template, reminder) == text


NONE_WHERE_IT_DOES_NOT_APPLY = ["key_date", "duty", "days_left", "deadline"]


@pytest.mark.parametrize("name", NONE_WHERE_IT_DOES_NOT_APPLY)
def test_what_does_not_apply_is_none_and_can_be_asked_for(name: str) -> None:
    assert rendered(f"{{% if {name} %}}是{{% else %}}否{{% endif %}}") == "否"
    assert rendered(f"{{{{ {name} is none }}}}") == "True"


def test_a_campaign_without_basis_and_a_moment_without_phase() -> None:
    early = ask(on={"phase": "carry-out", "edge": "from", "days": [-3], "at": "09:00"})
    assert rendered("{{ phase.name }} {{ days_left }}", early) == "组织实施 3", "the phase that the rule names"


def test_reasons_are_told_in_the_language_set() -> None:
    assert rendered("{{ occurrence.reason }}", KEY_DATE, lang="en").endswith("before 全国两会")


def test_text_round_the_values_is_left_as_it_is_but_for_empty_lines() -> None:
    template = "**{{ town.name }}**\n\n{% if duty %}\n不适用\n{% endif %}\n\n- 一 & 二 < 三\n> 引\n[链](https://example.org)\n\n"
    assert rendered(template) == "**金龙镇**\n\n- 一 & 二 < 三\n> 引\n[链](https://example.org)"


MISTAKES = [
    ("{{ office }}", "messages/m.j2:1: ", "there is no “office”; did you mean “offices”?"),
    ("一\n二\n{{ town.nmae }}", "messages/m.j2:3: ", "nmae"),
    ("一\n{{ offices[0].name }}", "messages/m.j2:2: ", "no element 0"),
    ("\n{{ key_date.name }}", "messages/m.j2:2: ", "(none); guard with an if"),
    ("\n\n{{ deadline }}", "messages/m.j2:3: ", "none"),
    ("一\n{% if %}", "messages/m.j2:2: ", "does not parse"),
    ("{{ town.name", "messages/m.j2:1: ", "does not parse"),
    ("一\n{{ 1 / 0 }}", "messages/m.j2:2: ", "division by zero"),
    ("一\n{{ due - 3 }}", "messages/m.j2:2: ", "unsupported operand"),
    ("一\n{{ town.name | nosuch }}", "messages/m.j2:2: ", "nosuch"),
    ("一\n{% include 'other.j2' %}", "messages/m.j2:2: ", "messages/other.j2"),
    ("{% macro turn() %}{{ turn() }}{% endmacro %}{{ turn() }}", "messages/m.j2:1: ", "recursion"),
]


@pytest.mark.parametrize(("template", "place", "why"), MISTAKES)
def test_a_mistake_is_told_with_file_and_line(template: str, place: str, why: str) -> None:
    told = refused(template)
    assert told.startswith(place)
    assert why in told


FORBIDDEN = [
    "{{ ''.__class__ }}",
    "{{ ''.__class__.__mro__[1].__subclasses__() }}",
    "{{ town.__init__ }}",
    "{% for n in range(1000000000) %}{% endfor %}",
    "{{ town.update({'name': '别的镇'}) }}",
    "{{ offices.append(1) }}",
    "{{ '{0.__class__}'.format(town) }}",
    "{{ self.__init__.__globals__ }}",
    "{{ lipsum.__globals__ }}",
]


@pytest.mark.parametrize("template", FORBIDDEN)
def test_the_sandbox_holds(template: str) -> None:
    assert refused(f"一\n{template}").startswith("messages/m.j2:2: ")


WITHOUT_END = [
    "{% for i in range(90000) %}{% for j in range(90000) %}{% set x = 1 %}{% endfor %}{% endfor %}",
    "{% for i in range(50) recursive %}{% if loop.depth < 6 %}{{ loop(range(50)) }}{% endif %}{% endfor %}",
    "{% macro f(n) %}{% if n %}{{ f(n - 1) }}{{ f(n - 1) }}{% endif %}{% endmacro %}{{ f(40) }}",
    "{% set all = range(40000) %}{% for i in all %}{{ all | sum }}{% endfor %}",
    "{% set all = range(40000) | list %}{% for i in all %}{% if -1 in all %}火{% endif %}{% endfor %}",
    "{% set all = range(40000) | list %}{% for i in all %}{% if -1 is in all %}火{% endif %}{% endfor %}",
    "{% set all = range(40000) | list %}{% for i in all %}{% set back = all[::-1] %}{% endfor %}",
    "{{ '火' * 100000000000000 }}",
    "{{ 100000000000000 * [1] }}",
    "{{ 7 ** 100000000000 }}",
    "{% set it = namespace(s='火') %}{% for i in range(60) %}{% set it.s = it.s ~ it.s %}{% endfor %}",
    "{% set it = namespace(s='火') %}{% for i in range(60) %}{% set it.s = it.s + it.s %}{% endfor %}",
    "{% set it = namespace(s=[1]) %}{% for i in range(60) %}{% set it.s = [it.s, it.s] %}{% endfor %}{{ it.s }}",
    "{% set it = namespace(s='火') %}{% for i in range(60) %}"
    "{% set it.s %}{{ it.s }}{{ it.s }}{% endset %}{% endfor %}",
    "{% set it = namespace(n=7) %}{% for i in range(60) %}{% set it.n = it.n * it.n %}{% endfor %}",
    "{% set s = '火' * 1000 %}{{ s | replace('火', s) | replace('火', s) }}",
    "{% set s = '火' * 1000 %}{{ s.replace('火', s).replace('火', s) }}",
    "{{ range(100000) | join('火' * 1000) }}",
    "{{ '火' | center(1000000000) }}",
    "{{ '火'.ljust(1000000000) }}",
    "{{ [1] | batch(1000000000, 0) | list }}",
    "{{ 1.5 | round(1000000000, 'ceil') }}",
    "{{ '%1000000000d' % 1 }}",
    "{{ '%*d' | format(1000000000, 1) }}",
    "{{ '{:>1000000000}'.format(1) }}",
    "{{ '{:{w}}'.format(1, w=1000000000) }}",
]


@pytest.mark.parametrize("template", WITHOUT_END)
def test_what_would_not_end_or_not_fit_any_memory_ends_at_once(template: str) -> None:
    since = SystemClock().monotonic()
    with pytest.raises(Boundless, match=r"messages/m.j2:2: ") as caught:
        rendered(f"一\n{template}")
    assert "20000" in caught.value.in_words("en")
    assert SystemClock().monotonic() - since < 5, "a bound on the work, however slow the machine"


@pytest.mark.parametrize("template", ["火" * 20_001, "{% for i in range(9000) %}{{ i }}\n{% endfor %}"])
def test_a_text_that_no_platform_could_take_is_cut_off(template: str) -> None:
    with pytest.raises(Boundless, match=r"messages/m.j2:1: .*20000"):
        rendered(template)


def test_whatever_else_it_may_fail_with_is_its_own_mistake() -> None:
    assert "fails here" in refused("{% for a in [1] %}" * 25 + "{% endfor %}" * 25)
    assert "fails here" in refused("{{ " + "(" * 500 + "1" + ")" * 500 + " }}")
    assert "fails here" in refused({"m.j2": "{% include 'm.j2' %}{% include 'm.j2' %}"})


def test_what_a_message_needs_is_far_from_any_bound() -> None:
    offices = [
        *a_town()["offices"],
        *(an_office(f"o{number}", name=f"第{number}村村民委员会") for number in range(300)),
    ]
    template = (
        "{{ offices | map(attribute='name') | sort | join('、') }} "
        "{{ '{:02}'.format(due.month) }} {{ '%02d' % due.day }} {{ 7 * 86400 }}"
        "{% for office in offices if office.name != town.name %}{{ loop.index }} **{{ office.name }}**\n{% endfor %}"
    )
    text = rendered(template, ask(to={"offices": "all"}), town=a_town(offices=offices))
    assert text.count("第299村村民委员会") == 2
    assert "12 20 604800" in text


def test_nothing_is_drawn_by_lot_for_what_is_shown_is_what_is_sent() -> None:
    assert "random" in refused("{{ offices | random }}", ask())
    assert "lipsum" in refused("{{ lipsum() }}")


def test_a_day_that_is_not_announced_yet_is_marked_and_a_date_all_the_same() -> None:
    template = (
        "{{ key_date.first }} {{ key_date.first.month }}月 {{ key_date.last.strftime('%m-%d') }} "
        "{{ (key_date.last - key_date.first).days }} {{ key_date.first > due.date() }}"
    )
    assert rendered(template, KEY_DATE) == "2027-03-04（暂定） 3月 03-12 8 True"
    assert rendered(template, KEY_DATE, lang="en").startswith("2027-03-04 (provisional) 3月")
    announced = [
        a_key_date(
            "two-sessions", name="全国两会", on={"by_year": {2027: "2027-03-05..2027-03-11"}, "otherwise": "03-04"}
        )
    ]
    assert (
        rendered("{{ key_date.first }} {{ key_date.last }}", KEY_DATE, key_dates=announced) == "2027-03-05 2027-03-11"
    )


def test_a_holiday_is_certain_even_where_the_workday_it_is_told_on_is_not() -> None:
    told = broadcast(on={"key_date": "lantern", "at": "09:00", "shift": "previous-workday"})
    assert rendered("{{ key_date.first }}", told) == "2027-02-20"


def test_a_mistake_in_an_included_file_is_told_of_that_file() -> None:
    told = refused({"m.j2": "一\n{% include 'part.j2' %}", "part.j2": "\n\n{{ nothing }}"})
    assert told.startswith("messages/part.j2:3: ")


def test_a_missing_message_says_which_file_to_make() -> None:
    assert refused({}) == "messages/m.j2:1: there is no such message; create messages/m.j2"


def named(name: str) -> Written:
    return a_town(offices=[an_office(name=name), *a_town()["offices"][1:]])


HOSTILE = [
    "*要紧*",
    "_所_",
    "[链](https://example.org)",
    "<b>&amp;</b>",
    "`码`",
    "~~删~~",
    "a|b",
    "🔥👨‍👩‍👧‍👦",
    "\\*",
    "# 题",
    "@all",
]


@pytest.mark.parametrize("name", HOSTILE)
def test_a_name_stands_for_itself_whatever_is_in_it(name: str) -> None:
    text = rendered("**{{ offices[0].name }}** 请注意", ask(), town=named(name))
    assert text == f"**{escaped(name)}** 请注意"
    (inline,) = [token for token in MarkdownIt("commonmark").parse(text) if token.type == "inline"]
    kinds = {child.type for child in inline.children or ()} - {"text", "strong_open", "strong_close", "text_special"}
    assert kinds == set()
    assert "".join(child.content for child in inline.children or ()) == f"{name} 请注意"


@settings(max_examples=60, deadline=None, derandomize=True)
@given(st.text(st.characters(codec="utf-8", exclude_categories=["C", "Z"]), min_size=1, max_size=12))
def test_any_text_can_be_escaped(text: str) -> None:
    (inline,) = [token for token in MarkdownIt("commonmark").parse(f"一{escaped(text)}一") if token.type == "inline"]
    assert "".join(child.content for child in inline.children or ()) == f"一{text}一"


def test_macros_blocks_and_parts_are_markdown_and_escape_the_names_in_them_once() -> None:
    town = named("*甲*")
    files = {
        "m.j2": "{% from 'parts.j2' import bold %}"
        "{% set head %}**{{ offices[0].name }}**{% endset %}"
        "{{ head }} {{ bold(offices[0].name) }} {% include 'foot.j2' %}",
        "parts.j2": "{% macro bold(word) %}**{{ word }}**{% endmacro %}",
        "foot.j2": "> {{ offices[0].name }}",
    }
    assert rendered(files, ask(), town=town) == "**\\*甲\\*** **\\*甲\\*** > \\*甲\\*"


def test_a_platform_may_have_a_text_of_its_own() -> None:
    files = {"m.j2": "通用", "m.telegram.j2": "电报", "m.wecom-robot.j2": "机器人", "other.board.j2": "别的"}
    assert rendered(files, platform="telegram") == "电报"
    assert rendered(files, platform="wecom-robot") == "机器人"
    assert rendered(files, platform="board") == "通用"
    assert Messages(files).wordings_of("m") == ("telegram", "wecom-robot")
    assert refused({"m.j2": "通用", "m.telegram.j2": "\n{{ nothing }}"}, platform="telegram").startswith(
        "messages/m.telegram.j2:2: "
    )


def test_all_ways_into_one_platform_share_a_wording_that_each_may_have_for_itself() -> None:
    files = {"m.j2": "通用", "m.wecom.j2": "企业微信", "m.wecom-robot.j2": "机器人"}
    ways = ("wecom-bot", "wecom-app", "wecom-robot", "telegram")
    assert [rendered(files, platform=each) for each in ways] == ["企业微信", "企业微信", "机器人", "通用"]
    messages = Messages(files)
    assert messages.wordings_of("m") == ("wecom", "wecom-robot")
    assert [messages.file_of("m", each) for each in ways] == ["m.wecom.j2", "m.wecom.j2", "m.wecom-robot.j2", "m.j2"]
    assert worded({"": "通用", "wecom": "企业微信"}, "wecom-app") == "企业微信"
    assert worded({"": "通用", "wecom-robot": "机器人"}, "wecom-app") == "通用"


def test_a_file_for_no_platform_is_a_stray_unless_another_takes_it_in() -> None:
    files = {"m.j2": "{% include 'm.foot.j2' %}", "m.foot.j2": "脚注", "m.wecm.j2": "甲", "m.wecom.j2": "乙"}
    assert list(Messages(files).strays({"wecom", "telegram"})) == [("m.wecm.j2", "wecm")]
