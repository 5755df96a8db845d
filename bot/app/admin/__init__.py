"""What admins may ask the bot: to settle what is in doubt, to try a chat again, to pause and to go on."""
