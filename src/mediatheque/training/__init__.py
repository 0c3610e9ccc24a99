"""Making models from what people have, and judging them: nothing here is loaded by the process that serves."""
