"""Preset folders, names and other implementations' weights, into models."""
