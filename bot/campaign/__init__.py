"""What the admins wrote, validated: towns, key dates, campaigns. Knows no clock, no network, no store."""
