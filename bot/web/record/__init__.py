"""The record on a page: its figures as pictures and as tables."""
