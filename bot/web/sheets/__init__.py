"""The printable weeks, fitted to their paper."""
