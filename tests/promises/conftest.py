"""Jinlong in a folder of its own, for promises that a whole bot in this process keeps."""

from tests.acceptance.conftest import _forks_are_ready
from tests.app.conftest import stage

__all__ = ["_forks_are_ready", "stage"]
