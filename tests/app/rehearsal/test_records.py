"""Where rehearsals are kept, and how one is found again."""

from datetime import datetime, timedelta

import pytest

from bot.app.rehearsal.records import LATEST, names, new_record, settings_in
from bot.errors import NotFound
from tests.app.stage import Stage
from tests.outbox.stage import SHANGHAI

NOW = datetime(2026, 11, 25, 21, 20, 18, tzinfo=SHANGHAI)


def test_a_record_is_named_by_the_hour_at_which_it_began(stage: Stage) -> None:
    assert new_record(stage.settings, NOW) == "20261125-212018"
    assert (stage.settings.data / "rehearsals" / "20261125-212018").is_dir()


def test_latest_is_the_last_that_began_the_tenth_of_one_second_too(stage: Stage) -> None:
    for _ in range(10):
        new_record(stage.settings, NOW)
    assert names(stage.settings)[-1] == "20261125-212018-10"
    later = new_record(stage.settings, NOW + timedelta(seconds=1))
    assert settings_in(stage.settings, LATEST).data == stage.settings.data / "rehearsals" / later
    assert settings_in(stage.settings, "20261125-212018-10").data.name == "20261125-212018-10"


def test_an_unknown_one_is_refused_with_the_nearest(stage: Stage) -> None:
    with pytest.raises(NotFound, match="gengfu rehearse"):
        settings_in(stage.settings, LATEST)
    new_record(stage.settings, NOW)
    with pytest.raises(NotFound, match="20261125-212018"):
        settings_in(stage.settings, "20261125-212019")
    for path in ("../..", ".", "", "/etc"):
        with pytest.raises(NotFound):
            settings_in(stage.settings, path)
