"""A page that runs in the browser."""
