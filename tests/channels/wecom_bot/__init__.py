"""The smart bot of WeCom against a strict local one."""
