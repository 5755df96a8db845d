"""What an owed answer brings next, and when: pure, from the ledger and the moment (催办)."""
