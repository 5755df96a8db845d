"""What people may ask the bot in a chat: one module a command, or a few that belong together."""
