"""Each channel against the contract, and against its own platform's ways."""
