"""WeCom's smart bot: one long connection that hears and speaks, without a public address (facts: wecom, section 2)."""
