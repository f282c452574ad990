"""The actor: a mock server that plays task trees over time."""
