"""TFLite: its limits, its tables, its writer."""
