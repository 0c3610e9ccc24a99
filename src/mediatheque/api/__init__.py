"""The HTTP API: one file per resource, no rules of its own."""
