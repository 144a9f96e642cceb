"""A stand-in for WeChat: does what it is told on standard input, one JSON line each, and says what came of it.

Started as WeChat is: by ``dlp wechat``, as the one program in its namespace. It needs nothing but the interpreter.
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path


def main() -> None:
    sys.path.insert(0, str(Path(__file__).resolve().parent))
    import ways

    print(json.dumps({"pid": os.getpid()}), flush=True)
    for line in sys.stdin:
        asked = json.loads(line)
        try:
            told = {"got": ways.WAYS[asked["do"]](*asked["with"])}
        except OSError as error:
            told = {"errno": error.errno, "why": error.strerror}
        print(json.dumps(told), flush=True)


if __name__ == "__main__":
    main()
