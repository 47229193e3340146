"""The whole path on the PostgreSQL manual, ending with a page of results: `make demo`."""
