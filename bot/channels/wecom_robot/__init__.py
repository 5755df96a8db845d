"""A WeCom group robot: a webhook into one group, which only sends (facts: wecom, section 1)."""
