"""The pages, one small file for each room of the console."""

from __future__ import annotations

from flask import Blueprint


def every_room() -> tuple[Blueprint, ...]:
    """The pages of every room; ``web.doors`` says who may enter each."""
    from web.views import (
        audit,
        choices,
        decisions,
        entry,
        groups,
        home,
        link,
        people,
        policy,
        records,
        reports,
        sealed,
        settings,
        transfers,
        trust,
    )

    people_and_files = (home, transfers, decisions, sealed, records, people, groups)
    return tuple(
        room.pages for room in (entry, choices, trust, link, *people_and_files, reports, audit, policy, settings)
    )
