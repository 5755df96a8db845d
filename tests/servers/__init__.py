"""Strict local platforms that log what they accept and misbehave on order."""
