"""Puts this folder on the import path, for the modules that tests in several folders share."""
