"""A model and a task's files in, a fine-tuned model out."""
