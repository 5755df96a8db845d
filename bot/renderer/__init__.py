"""Messages from templates, and what the bot puts round them. The only way to a text."""
