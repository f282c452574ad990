"""Proof that the contract can fail: good documents broken in every way that the rules know, and what catches it."""
