"""``python -P -m dlp.service_start HOME PROFILE LANGUAGE HOST PORT OUTBOXES``: the first start of a service's home.

Run by ``dlp service install`` as the service's account, so that nothing in the home belongs to root. What it prints is
handed out once and stored nowhere.
"""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path

from dlp import first_start
from dlp.config import Home, Settings
from dlp.errors import DlpError
from dlp.language import Language


def main(words: list[str]) -> int:
    """Set up, and print the one-time links and the recovery key."""
    home, profile, language, host, port, outboxes = words
    wished = replace(Settings(), profile=profile, language=language, host=host, port=int(port))
    wished = replace(wished, outbox=outboxes, service=True)
    tongue = Language(language)
    try:
        _, secrets = first_start.set_up(Home(Path(home)), wished)
    except DlpError as error:
        print(*error.lines(tongue), sep="\n", file=sys.stderr)  # noqa: T201 - a program talks
        return error.status
    print(secrets.words(tongue))  # noqa: T201 - to the installer, which hands it on
    first_start.finish(Home(Path(home)))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
