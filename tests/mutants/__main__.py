"""`python -m tests.mutants [NAME …]`: plant each weakness in a copy and demand that a test turns red.

Exit status 1 where one survives, 2 where one can no longer be planted or its tests cannot be run.
"""

import os
import re
import shutil
import subprocess
import sys
import textwrap
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter

from tests.mutants.catalogue import MUTANTS
from tests.mutants.mutant import DoesNotApply, Mutant

TREE = Path(__file__).parents[2]
_LEFT_OUT = (".git", ".venv", "data", "node_modules", "*_cache", ".hypothesis", "__pycache__")
_PATIENCE = 600.0
_WIDEST = 240
"""Characters of a failure that are shown: which test, and what it said."""


class CannotBeRun(Exception):
    """The tests were not run to an end, or are red without any weakness."""


def main() -> None:
    wanted = sys.argv[1:]
    mutants = [each for each in MUTANTS if not wanted or each.name in wanted]
    if not mutants:
        sys.exit(f"no such mutant; there are: {', '.join(each.name for each in MUTANTS)}")
    with TemporaryDirectory() as folder:
        tree = Path(folder) / "gengfu"
        shutil.copytree(TREE, tree, ignore=shutil.ignore_patterns(*_LEFT_OUT))
        sys.exit(_all(mutants, tree))


def _all(mutants: Sequence[Mutant], tree: Path) -> int:
    status = 0
    _say(f"{'weakness':<44}{'whose':<44}{'seconds':>8}   killed by")
    try:
        _as_it_is(mutants, tree)
    except CannotBeRun as error:
        _say(str(error))
        return 2
    for mutant in mutants:
        since = perf_counter()
        try:
            killer = _killer(mutant, tree)
        except (DoesNotApply, CannotBeRun) as error:
            _say(f"{mutant.name:<44}{error}")
            status = 2
            continue
        _say(f"{mutant.name:<44}{mutant.whose:<44}{perf_counter() - since:>8.1f}   {killer or 'SURVIVED'}")
        status = status or (0 if killer else 1)
    return status


def _as_it_is(mutants: Sequence[Mutant], tree: Path) -> None:
    """Without a weakness everything is green, or red would mean nothing."""
    since = perf_counter()
    files = list(dict.fromkeys(test for each in mutants for test in each.tests))
    if (failed := _first_red(files, tree)) is not None:
        raise CannotBeRun(f"red without any weakness: {failed}")
    _say(f"{'none':<88}{perf_counter() - since:>8.1f}   nothing, in {len(files)} files")


def _killer(mutant: Mutant, tree: Path) -> str | None:
    """The first test that fails with this weakness and what it says; the copy is whole again afterwards."""
    before = {patch.file: (tree / patch.file).read_bytes() for patch in mutant.patches if (tree / patch.file).exists()}
    try:
        for patch in mutant.patches:
            patch.apply(tree)
        return _first_red(mutant.tests, tree)
    finally:
        for file, content in before.items():
            (tree / file).write_bytes(content)


def _first_red(tests: Sequence[str], tree: Path) -> str | None:
    """Raises `CannotBeRun` where pytest neither passes nor finds a failure."""
    command = [sys.executable, "-m", "pytest", "-x", "-q", "-p", "no:randomly", "-p", "no:cacheprovider", *tests]
    try:
        # Its own code and no other's, also in the processes that it starts.
        found = subprocess.run(
            command, cwd=tree, env=_environment(tree), capture_output=True, text=True, timeout=_PATIENCE, check=False
        )
    except subprocess.TimeoutExpired:
        raise CannotBeRun(f"not at an end after {_PATIENCE:.0f} s: {' '.join(tests)}") from None
    red = re.search(r"^(?:FAILED|ERROR) (.+)", found.stdout, re.MULTILINE)
    if found.returncode == 0:
        return None
    if found.returncode != 1 or red is None:
        raise CannotBeRun(f"pytest ended with {found.returncode}:\n{found.stdout[-2000:]}{found.stderr[-2000:]}")
    return textwrap.shorten(red[1], _WIDEST, placeholder=" …")


def _environment(tree: Path) -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": str(tree), "PYTHONDONTWRITEBYTECODE": "1", "COLUMNS": f"{2 * _WIDEST}"}


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
