"""How long to try: a short form with every build, a long one by `make fuzz`."""

import os

from hypothesis import settings

LONG = bool(os.environ.get("ABUSE_LONG"))
EXAMPLES = 5000 if LONG else 150
# The same ones at each run of the short form, so that no build fails by chance.
many = settings(max_examples=EXAMPLES, derandomize=not LONG, deadline=None, database=None)
