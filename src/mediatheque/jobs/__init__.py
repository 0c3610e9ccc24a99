"""What is to be done in the background, and how far it is: one row a job, which whoever asked for it can follow."""
