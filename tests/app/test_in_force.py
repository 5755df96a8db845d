"""What readers would notice of an edit."""

from bot.app.in_force import InForce, content_of
from bot.app.sources import Sources
from bot.planner.plan import season
from bot.renderer.templates import Messages
from tests.builders import a_reminder, a_schedule

SCHEDULE = a_schedule(reminders=[a_reminder()])


def seen(**messages: str) -> object:
    """What is seen of the one occurrence, with these templates."""
    texts = {f"{name.replace('__', '.')}.j2": text for name, text in messages.items()}
    (occurrence,) = season(SCHEDULE)
    return content_of(InForce(SCHEDULE, Messages(texts), Sources({}, {})))(occurrence)


def test_the_same_words_are_the_same() -> None:
    assert seen(**{"sanqing-sanguan": "火"}) == seen(**{"sanqing-sanguan": "{{ '火' }}"})
    assert seen(**{"sanqing-sanguan": "火"}) != seen(**{"sanqing-sanguan": "烛"})


def test_a_platform_s_own_words_are_seen_too() -> None:
    before = seen(**{"sanqing-sanguan": "火", "sanqing-sanguan__telegram": "一"})
    assert seen(**{"sanqing-sanguan": "火", "sanqing-sanguan__telegram": "一"}) == before
    assert seen(**{"sanqing-sanguan": "火", "sanqing-sanguan__telegram": "二"}) != before
    assert seen(**{"sanqing-sanguan": "火"}) != before


def test_a_template_that_fails_is_seen_as_its_mistake() -> None:
    assert "nothing" in str(seen(**{"sanqing-sanguan": "{{ nothing }}"}))
