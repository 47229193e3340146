"""Models in fewer bits: saved, read, calibrated."""
