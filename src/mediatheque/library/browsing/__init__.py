"""A person's library held as columns: narrowed, counted, sorted and searched without asking the database again."""
