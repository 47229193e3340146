"""Depth as a number: training at every depth, reading at any."""
