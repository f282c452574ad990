"""The doors of the real API: their paths, credentials, envelopes and errors, each one as data over one mechanism."""
