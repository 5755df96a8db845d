"""How commands read moments."""

from datetime import datetime

import click
import pytest

from bot.cli.options import Moment


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("2027-02-05T08:55", datetime(2027, 2, 5, 8, 55)),  # noqa: DTZ001 - the town's zone comes from the YAML
        ("2027-02-05 08:55:30", datetime(2027, 2, 5, 8, 55, 30)),  # noqa: DTZ001
        ("2027-02-05", datetime(2027, 2, 5)),  # noqa: DTZ001
    ],
)
def test_a_moment_is_read_as_it_is_written_in_the_yaml(written: str, read: datetime) -> None:
    assert Moment().convert(written, None, None) == read


def test_a_day_as_the_last_moment_is_its_last_one() -> None:
    assert Moment(last=True).convert("2027-02-05", None, None).strftime("%d %H:%M:%S.%f") == "05 23:59:59.999999"


@pytest.mark.parametrize("written", ["", "2027-02-05T", "2027-2-5", "5. 2. 2027", "2027-02-05T24:00", "now"])
def test_anything_else_is_wrong_use(written: str) -> None:
    with pytest.raises(click.BadParameter):
        Moment().convert(written, None, None)
