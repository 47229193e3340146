"""Room 2: token ids -> training instances."""
