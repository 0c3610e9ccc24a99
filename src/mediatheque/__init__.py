"""Mediatheque: your own library of everything you watch, read, hear and record."""

__version__ = "0.1.0"
