"""Asking the archive: answers in which every sentence cites what was said, when, or what its owner did."""
