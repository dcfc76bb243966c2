"""Chat commands: one file, one command (or a pair that belongs together), found by importing the folder."""
