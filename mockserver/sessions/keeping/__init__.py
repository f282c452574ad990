"""Sessions kept in a file, so that they outlive a restart of the server."""
