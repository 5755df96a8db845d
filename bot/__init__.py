"""Gengfu 更夫: the night watchman of a Chinese town's group chats."""
