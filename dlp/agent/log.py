"""The agent's log: one JSON object a line on standard error, without names, content or keys."""

from __future__ import annotations

import logging
import sys

import structlog


def set_up() -> None:
    """Configure structlog once, at the start of the program."""
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=structlog.WriteLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )
