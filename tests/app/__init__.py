"""The use cases: the running bot, its checks, what pages and commands show of it."""
