"""Everything connected, every connection with its source: facts become edges, and walks over them become words."""
