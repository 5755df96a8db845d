"""Who answered for which office, when, from where."""
