"""The past of one person, and of errors, over all jobs: what is asked of the log's home, and what its answers say."""

from bot.history.asking import as_written, finding, past_errors, story, texts
from bot.history.failures import failing, merged
from bot.history.people import happenings, meant, subjects

__all__ = [
    "as_written",
    "failing",
    "finding",
    "happenings",
    "meant",
    "merged",
    "past_errors",
    "story",
    "subjects",
    "texts",
]
