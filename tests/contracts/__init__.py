"""What every form of a thing must pass: written once, run for each."""
