"""What is laid out for people to sign."""
