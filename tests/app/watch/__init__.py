"""Who watches the watchman."""
