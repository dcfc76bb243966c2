"""What the check-up looks at: one file, one check."""
