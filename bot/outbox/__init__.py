"""Due occurrences become deliveries; the intent is on disk before a request leaves, the result after."""
