"""The HTTP API: one file per resource, no rules of its own."""

import os

# Before numpy is there. A request's matrices are small: threads that wait for each other cost more than they
# save (a list of recommendations took twice the processor time), and the database needs the other cores.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
