"""What keeps the record safe and small: backups, restoring, archives."""
