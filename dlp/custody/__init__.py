"""Custody: every file handed over is in exactly one known place at every instant, and each step can be undone or ended.

Claimed files stand in a private folder of the outbox, on its own file system; kept ones stand sealed in the vault; what
goes to people is prepared as a whole copy beside the claims and then renamed.
"""

from dlp.custody.claiming import NotTakenError
from dlp.custody.custody import Custody
from dlp.custody.faults import Point
from dlp.custody.ground import Ground, Pages
from dlp.custody.send import Kind, Send, Transfer
from dlp.custody.whereabouts import Whereabouts, whereabouts

__all__ = [
    "Custody",
    "Ground",
    "Kind",
    "NotTakenError",
    "Pages",
    "Point",
    "Send",
    "Transfer",
    "Whereabouts",
    "whereabouts",
]
