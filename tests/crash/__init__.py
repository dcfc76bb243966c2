"""kill -9 at random moments under load, again and again."""
