"""The states a job goes through, and the lanes it waits in."""

from __future__ import annotations

from enum import StrEnum


class State(StrEnum):
    """Where a job stands; a recording's says what is being done to it, any other's is `running`."""

    PENDING = "pending"
    RUNNING = "running"
    EXTRACTING = "extracting"
    FINGERPRINTING = "fingerprinting"
    TRANSCRIBING = "transcribing"
    ENRICHING = "enriching"
    EMBEDDING = "embedding"
    COMPLETED = "completed"
    DUPLICATE = "duplicate"
    FAILED = "failed"
    CANCELLED = "cancelled"


#: From these a job goes no further by itself.
FINAL = frozenset({State.COMPLETED, State.DUPLICATE, State.FAILED, State.CANCELLED})


class Lane(StrEnum):
    """Queues beside each other, so that what somebody waits for does not wait for what nobody does."""

    INTERACTIVE = "interactive"  # somebody looks on
    BULK = "bulk"  # many at once: feeds, folders, embedding, syncs
    HEAVY = "heavy"  # keeps the processor busy for minutes: speech, training
