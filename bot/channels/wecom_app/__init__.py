"""WeCom's self-built app: to people, parties, tags and groups, and back by a callback (facts: wecom, section 3)."""
