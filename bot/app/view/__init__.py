"""What pages show of a bot, as frozen data, and `protocol.Live`, by which they ask for it."""
