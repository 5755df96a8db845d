"""The season as a calendar, a ribbon and days in words."""
