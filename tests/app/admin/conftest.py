"""Jinlong in a folder of its own, as in `tests/app`."""

from tests.app.conftest import stage

__all__ = ["stage"]
