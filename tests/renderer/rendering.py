"""One occurrence and one template, rendered."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import pytest

from bot.campaign.model import Schedule
from bot.language import Lang
from bot.planner.occurrence import Occurrence
from bot.planner.plan import season
from bot.renderer.templates import MessageError, Messages
from tests.builders import Written, a_campaign, a_duty, a_duty_alert, a_phase, a_reminder, a_schedule

NOW = datetime(2026, 12, 20, 0, 30, tzinfo=UTC)
"""08:30 in the town."""


def planned(reminder: Written, **given: Any) -> tuple[Schedule, Occurrence]:
    """The schedule of one reminder in a winter of one phase, and the reminder's first occurrence."""
    campaign = a_campaign(
        title="今冬明春消防安全防范",
        basis="金龙府发〔2023〕96 号",
        phases=[a_phase(name="组织实施")],
        duties=[a_duty(with_=["enforcement"]), a_duty("gas", item="四", name="燃气专项整治", lead=["enforcement"])],
        reminders=[reminder],
    )
    schedule = a_schedule(campaigns=[campaign], **given)
    return schedule, season(schedule)[0]


def broadcast(**given: Any) -> Written:
    """To residents on 2026-12-20 at nine."""
    return a_reminder(**{"on": {"date": "2026-12-20", "at": "09:00"}, "message": "m", **given})


def ask(**given: Any) -> Written:
    """Of who leads the fireworks duty, on 2026-12-20 at nine, within two hours."""
    return a_duty_alert(
        **{"on": {"date": "2026-12-20", "at": "09:00"}, "to": {"duty": "fireworks"}, "message": "m", **given}
    )


def rendered(
    text: str | Mapping[str, str], reminder: Written | None = None, platform: str = "", lang: Lang = "zh", **given: Any
) -> str:
    """What the template `m.j2` (or these files) makes of the reminder's first occurrence."""
    schedule, occurrence = planned(reminder or broadcast(), **given)
    files = {"m.j2": text} if isinstance(text, str) else text
    return Messages(files, lang).body(schedule, occurrence, NOW, platform)


def refused(text: str | Mapping[str, str], reminder: Written | None = None, platform: str = "") -> str:
    """The line that tells why a template cannot be rendered, in English."""
    with pytest.raises(MessageError) as caught:
        rendered(text, reminder, platform)
    return caught.value.in_words("en")
