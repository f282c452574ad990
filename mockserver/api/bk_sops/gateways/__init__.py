"""The gateways of the real API: how each reads requests, and how it writes answers and refusals."""
