"""What search reads: items, passages of recordings, and conversations."""
