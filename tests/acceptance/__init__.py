"""The bot as its user has it: a real process, real sockets, real signals, and a Telegram next door."""
