"""The office's database: tables, migrations and transactions (SQLAlchemy 2, Alembic)."""
