"""Examples: one step each."""
