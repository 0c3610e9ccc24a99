"""What schemathesis does not know by itself: pieces of resumable uploads are sent as any other bytes."""

from __future__ import annotations

import schemathesis

schemathesis.serializer.alias("application/offset+octet-stream", "application/octet-stream")
