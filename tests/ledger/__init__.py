"""What follows from the record."""
