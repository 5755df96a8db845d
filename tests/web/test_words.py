from datetime import date, datetime

from bot.web.words import in_day
from tests.web.live import TOWN

EVE = datetime(2026, 12, 31, 9, tzinfo=TOWN.zone)


def test_a_day_bears_its_year_only_where_it_might_be_taken_for_another_years() -> None:
    assert in_day(date(2027, 1, 4), EVE, "zh") == "1月4日 周一"
    assert in_day(date(2026, 12, 30), EVE, "zh") == "12月30日 周三"
    assert in_day(date(2026, 2, 3), EVE, "zh") == "2026年2月3日 周二"
    assert in_day(date(2027, 11, 1), EVE, "zh") == "2027年11月1日 周一"
    assert in_day(date(2027, 1, 4), EVE, "en") == "Monday 2027-01-04"
