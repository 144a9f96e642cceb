"""Alembic runs this file; the connection comes from ``dlp.office.store.database``."""

from __future__ import annotations

from alembic import context

from dlp.office.store.tables import Base

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Base.metadata,
    render_as_batch=True,  # SQLite cannot alter a table; Alembic copies it instead
    transactional_ddl=True,  # a step that breaks half way leaves the old schema, on SQLite as well
    compare_type=True,
)
with context.begin_transaction():
    context.run_migrations()
