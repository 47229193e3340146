"""The tasks a model is fine-tuned on: official file formats in, official metrics out."""
