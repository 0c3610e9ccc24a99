"""What is worth a person's time next, by which method, and why."""
