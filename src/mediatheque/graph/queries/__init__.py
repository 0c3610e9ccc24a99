"""What the graph asks the database."""
