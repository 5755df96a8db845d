"""Who watches the watchman: is all well, and who is told."""
