"""A mock server put together and run."""
