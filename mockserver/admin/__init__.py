"""Control over the running mock, JSON only, on paths that no real API has: `/__admin/…`."""
