"""Pages: the board, on which the town's chats stand beside each other. Thin over `bot.app.view.Live`."""
