"""Which of two texts comes first."""
