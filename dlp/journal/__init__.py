"""The agent's own record on sqlite3: what was handed over, each step of it, chained events, reports still to be sent.

WAL with synchronous=FULL: what a method returned from is on the disk. Several threads share one Journal; a second
process (the command line) opens its own.
"""

from dlp.journal.journal import Journal
from dlp.journal.schema import JournalError

__all__ = ["Journal", "JournalError"]
