"""The folder that people drop files into: its layout, and what in it is finished."""

from dlp.outbox.drops import Drop, Scan, Sight
from dlp.outbox.folders import Outbox

__all__ = ["Drop", "Outbox", "Scan", "Sight"]
