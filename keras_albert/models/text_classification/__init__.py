"""Texts and pairs: one label, several, or a number."""
