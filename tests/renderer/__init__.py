"""Templates and what stands round a message."""
