"""Where the outside world is spoken to: one adapter for each vendor."""
