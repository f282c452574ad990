"""A session as tests and the admin API have it: tasks, clocks, journal."""
