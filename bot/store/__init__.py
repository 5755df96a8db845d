"""What is on disk, behind one protocol: in memory, TinyDB, and whatever comes after."""
