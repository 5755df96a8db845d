"""Jinlong in a folder of its own, for promises that a whole bot in this process keeps."""

from tests.app.conftest import stage

__all__ = ["stage"]
