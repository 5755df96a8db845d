"""Fairness to the bot that pages run beside."""

from collections.abc import Generator
from types import coroutine


@coroutine
def turn() -> Generator[None]:
    """Give everything else that can go on, a send above all, its turn. No time passes."""
    yield
