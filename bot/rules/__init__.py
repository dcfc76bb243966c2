"""Alert rules: one file, one rule, found by importing the folder."""
