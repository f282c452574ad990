"""Proof that the contract can fail: good answers broken in every way that a rule covers, each judged."""
