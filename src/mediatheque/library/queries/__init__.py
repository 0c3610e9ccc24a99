"""Every question the library's tables answer: a connection in, vocabulary out, never a commit."""
