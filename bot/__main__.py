"""`python -m bot` is `gengfu`."""

from bot.cli import main

main()
