"""What is shipped beside the program."""
