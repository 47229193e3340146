"""A text as a vector."""
