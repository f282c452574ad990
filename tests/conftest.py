"""Puts this folder on the import path, for the modules that tests in several folders share; fixes what is drawn."""

from hypothesis import settings
from properties import SAME

settings.load_profile(SAME)  # `--hypothesis-profile` comes later, and wins
