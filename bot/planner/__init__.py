"""Pure: a schedule and two moments in, occurrences with their reasons out."""
