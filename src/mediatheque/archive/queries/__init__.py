"""What the archive reads and writes, one file a thing."""
