"""What the three ways into WeCom (企业微信) share: addresses, wording, cards. Each way is a channel beside it."""
