"""Who answered for which office, when, from where: presses and typed words become entries of the ledger."""
