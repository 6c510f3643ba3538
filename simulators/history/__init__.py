"""A clinic's past: years of finished sessions with courses, follow-ups and drop-out, written by the bulk import."""
