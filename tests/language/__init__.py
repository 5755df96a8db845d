"""The sentences that users read."""
