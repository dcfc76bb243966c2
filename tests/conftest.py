"""What holds for every test."""

from hypothesis import settings

# A law is not wrong because the machine was busy for a moment.
settings.register_profile("patient", deadline=None)
settings.load_profile("patient")
