"""What admins write, read and judged."""
