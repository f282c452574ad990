"""Any API's JSON: from bytes to places to structural findings."""
