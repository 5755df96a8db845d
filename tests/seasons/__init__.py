"""Whole winters as timetables."""
