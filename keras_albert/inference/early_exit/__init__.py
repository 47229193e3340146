"""Leaving the encoder when an answer is sure."""
