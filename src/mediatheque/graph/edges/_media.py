"""Recordings as SQL that several edge types share: those that are in nobody's trash, and the items they are shown as."""

from __future__ import annotations

#: Recordings `m` with the item `shown` that they are shown as; another one's duplicate is not one.
MEDIA = """
    media m JOIN items shown ON shown.id = m.item_id AND m.deleted_at IS NULL AND m.duplicate_of IS NULL
"""
#: That item, or what it was merged into.
SHOWN_AS = "coalesce(shown.merged_into, shown.id)"
#: Mentions of works `w` in these, with the item `named`.
MENTIONS = "JOIN work_mentions w ON w.media_id = m.id JOIN items named ON named.id = w.item_id"
NAMED_AS = "coalesce(named.merged_into, named.id)"
#: The passage that somebody is in at that moment.
AT_THAT_MOMENT = """
    CROSS JOIN LATERAL (
        SELECT p.id, p.start_ms FROM passages p WHERE p.media_id = m.id AND p.start_ms <= w.start_ms
        ORDER BY p.start_ms DESC, p.id LIMIT 1
    ) AS heard
"""
