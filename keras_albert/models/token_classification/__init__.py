"""Words and their tags."""
