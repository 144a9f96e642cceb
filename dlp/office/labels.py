"""The level that readers need for a sealed or archived file, lifted when more was found in it afterwards."""

from __future__ import annotations

from sqlalchemy import select

from dlp.office.ground import Writing
from dlp.office.store.tables import RecordRow, SealedRow, TransferRow


def lift(writing: Writing, row: TransferRow) -> None:
    """Lift the labels of what came of this transfer to its level; never lower them, whatever a report says."""
    sealed = select(SealedRow).where(SealedRow.transfer == row.id, SealedRow.machine == row.machine)
    for copy in writing.session.scalars(sealed.where(SealedRow.level < row.level)):
        copy.level = row.level
        writing.note("sealed.lifted", "office", copy.id, transfer=row.id, level=row.level)
    records = select(RecordRow).where(RecordRow.transfer == row.id, RecordRow.machine == row.machine)
    for record in writing.session.scalars(records.where(RecordRow.level < row.level)):
        record.level = row.level
        writing.note("record.lifted", "office", record.id, transfer=row.id, level=row.level)
