"""A model and held-out data in, figures with intervals out."""
