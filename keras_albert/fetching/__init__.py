"""Addresses, downloads and archives: a name or URL in, a local path out."""
