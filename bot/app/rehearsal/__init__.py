"""The rehearsal: the real bot on a clock of its own, with a record of its own; every message says 【演练】."""
