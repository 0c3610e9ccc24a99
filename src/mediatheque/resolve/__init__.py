"""Which item is this work? Keys to find candidates, penalties to compare them, thresholds to decide."""
