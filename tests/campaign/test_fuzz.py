"""Whatever is done to a file, the loader never ends in a traceback, and gives a schedule only without errors."""

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.campaign.load import Loaded, parse
from bot.language import say
from tests.builders import a_duty, a_duty_alert, a_reminder, some_files
from tests.campaign.telling import CAMPAIGN

FILES = {
    **some_files(
        workdays={"2027": {"off": ["02-05..02-12"], "work": ["01-30"]}},
        duties=[a_duty()],
        reminders=[
            a_reminder("a", on={"key_date": "spring-festival", "days": [-7, 0], "at": "09:00"}),
            a_reminder("b", on={"watch": "春节", "at": ["09:00", "18:00"]}, late="6h", urgent="true"),
            a_reminder("c", on={"every": "week", "day": "mon", "at": "09:00", "during": {"phase": "carry-out"}}),
            a_duty_alert("d", to={"duty": "fireworks"}),
        ],
    ),
    "flow.yaml": CAMPAIGN.encode(),
}
NASTY = ["：", "，", "“", "”", "\t", "　", "- ", ": ", "{", "}", "[", "]", '"', "'", "&a ", "*a", "!", "|", ">", "#",
         "%", "\0", "\ufeff", "\x85", "\u2028", "🔥", "\ud7ff", "---\n",
         "<<: ", "? ", "null", "~", "9" * 5000]  # fmt: skip
RETYPED = ["", "~", "[]", "{}", "[[]]", "{a: b}", "[x, [y]]", "-1", "0", "1e9", "true", "0001-01-01", "9999-12-31",
           "24:00", "99999w", "“x”", "x" * 3000, "all", "offices", "*x", "&x y", "!!binary x"]  # fmt: skip

QUICK = settings(max_examples=60, deadline=None, derandomize=True, database=None)
names = st.sampled_from(sorted(FILES))
places = st.floats(0, 1, exclude_max=True)


def holds(files: dict[str, bytes]) -> Loaded:
    loaded = parse(files)
    assert (loaded.schedule is None) == bool(loaded.errors)
    for problem in loaded.problems:
        assert problem.place.line >= 1
        assert problem.place.column >= 1
        assert say(problem.sentence, "zh")
        assert say(problem.sentence, "en")
    return loaded


def test_unspoilt_they_are_a_schedule() -> None:
    assert holds(FILES).schedule is not None


@QUICK
@given(names, places, places)
def test_a_piece_is_cut_out(name: str, start: float, end: float) -> None:
    data = FILES[name]
    first, last = sorted((int(start * len(data)), int(end * len(data))))
    holds({**FILES, name: data[:first] + data[last:]})


@QUICK
@given(names, places, places)
def test_two_lines_change_places(name: str, one: float, other: float) -> None:
    lines = FILES[name].split(b"\n")
    first, second = int(one * len(lines)), int(other * len(lines))
    lines[first], lines[second] = lines[second], lines[first]
    holds({**FILES, name: b"\n".join(lines)})


@QUICK
@given(names, places, st.sampled_from(RETYPED))
def test_a_value_becomes_of_another_kind(name: str, where: float, value: str) -> None:
    lines = FILES[name].decode().split("\n")
    keyed = [number for number, line in enumerate(lines) if ":" in line]
    at = keyed[int(where * len(keyed))]
    lines[at] = f"{lines[at].partition(':')[0]}: {value}"
    holds({**FILES, name: "\n".join(lines).encode()})


@QUICK
@given(names, st.lists(st.tuples(places, st.sampled_from(NASTY) | st.text(max_size=3)), min_size=1, max_size=4))
def test_any_text_gets_in(name: str, insertions: list[tuple[float, str]]) -> None:
    text = FILES[name].decode()
    for where, inserted in insertions:
        at = int(where * len(text))
        text = text[:at] + inserted + text[at:]
    holds({**FILES, name: text.encode("utf-8", "surrogatepass")})


@QUICK
@given(names, st.binary(max_size=200))
def test_any_bytes_stand_in_a_file(name: str, data: bytes) -> None:
    holds({**FILES, name: data})
