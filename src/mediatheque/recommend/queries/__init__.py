"""What recommending asks the database, and the lists it showed: one file per thing asked about."""
