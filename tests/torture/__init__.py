"""`make torture`: many deliveries under random faults, and kill -9 again and again; nothing here is a test."""
