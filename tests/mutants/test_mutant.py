"""How a weakness is planted: in one place that stands there once, or not at all, and then it says where."""

from pathlib import Path

import pytest

from tests.mutants.__main__ import TREE
from tests.mutants.catalogue import MUTANTS
from tests.mutants.mutant import DoesNotApply, Mutant, Patch


def test_a_patch_changes_its_one_place(tmp_path: Path) -> None:
    (tmp_path / "send.py").write_text("first = 1\nsecond = 2\n")
    Patch("send.py", "second = 2\n", "second = 3\n").apply(tmp_path)
    assert (tmp_path / "send.py").read_text() == "first = 1\nsecond = 3\n"


@pytest.mark.parametrize(("text", "times"), [("", 0), ("send()\nsend()\n", 2)])
def test_where_the_code_has_moved_on_it_says_where_and_changes_nothing(tmp_path: Path, text: str, times: int) -> None:
    (tmp_path / "send.py").write_text(text)
    with pytest.raises(DoesNotApply, match=rf"send\.py: its text stands there {times} times, not once"):
        Patch("send.py", "send()", "pass").apply(tmp_path)
    assert (tmp_path / "send.py").read_text() == text


def test_a_file_that_is_gone_is_named_too(tmp_path: Path) -> None:
    with pytest.raises(DoesNotApply, match=r"gone\.py"):
        Patch("gone.py", "send()", "pass").apply(tmp_path)


def test_each_weakness_has_a_name_of_its_own_and_tests_that_exist() -> None:
    assert len({each.name for each in MUTANTS}) == len(MUTANTS)
    assert [test for each in MUTANTS for test in each.tests if not (TREE / test).exists()] == []


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda each: each.name)
def test_each_weakness_can_still_be_planted(mutant: Mutant, tmp_path: Path) -> None:
    for file in {patch.file for patch in mutant.patches}:
        (tmp_path / file).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / file).write_text((TREE / file).read_text())
    for patch in mutant.patches:
        patch.apply(tmp_path)
