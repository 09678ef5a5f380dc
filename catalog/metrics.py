"""Counts that any part may add to, as Prometheus reads them from the web server.

Where PROMETHEUS_MULTIPROC_DIR names a folder, each process counts in a file there, and whichever
web process is asked adds them up: it must be set before this is imported.
"""

from prometheus_client import CollectorRegistry, Counter

REGISTRY = CollectorRegistry()
PREFIX = "aiguilleur_"
CHAT, FORM = "chat", "form"

FILING_FAILURES = Counter(
    PREFIX + "filing_failures",
    "Times that a member was told that their request could not be filed.",
    ["door"],
    registry=REGISTRY,
)
# A count that starts at one would hide its first event from whoever looks at increases.
for door in (CHAT, FORM):
    FILING_FAILURES.labels(door)
