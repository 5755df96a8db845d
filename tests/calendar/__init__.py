"""Key dates of known years, and which days are worked."""
