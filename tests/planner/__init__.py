"""The planner as interface.md specifies it."""
