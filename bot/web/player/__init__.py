"""The player of rehearsals: its bar, its seats, its start."""
