"""What must always hold (design.md), tried with whatever can come."""
