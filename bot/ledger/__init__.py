"""The record: what happened, append-only, and what follows from it."""
