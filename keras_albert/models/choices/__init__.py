"""Multiple choice: a passage, a question, options."""
