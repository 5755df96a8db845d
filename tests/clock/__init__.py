"""The only now and the only sleep."""
