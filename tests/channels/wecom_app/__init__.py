"""The self-built app of WeCom against a strict local one."""
