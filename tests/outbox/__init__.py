"""The outbox: what is due becomes messages, once."""
