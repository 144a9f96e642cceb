"""Engine, migrations and transactions: readers run beside each other, writers one after the other."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, DBAPIError
from sqlalchemy.orm import Session

from dlp.errors import UsageError
from dlp.language import Say

# One number for all offices: two processes that start together migrate one after the other.
MIGRATION_LOCK = 7_201_953


class Store:
    """One database. ``reading()`` and ``writing()`` give a session inside one transaction."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._writer = engine.execution_options(writes=True)
        # Readers of several tables see one moment, as on SQLite; the check of the event chain would otherwise call a
        # chain broken that grew between its two questions.
        server = engine.dialect.name == "postgresql"
        self._reader = engine.execution_options(isolation_level="REPEATABLE READ") if server else engine
        # SQLite lets waiting writers poll; a lock of our own hands over at once between the threads of a process.
        self._turn = threading.Lock()

    @classmethod
    def open(cls, url: str) -> Store:
        """The database behind this URL, brought to the newest schema.

        Raises UsageError where the URL is no database, or the database was written by a newer version.
        """
        engine = None
        try:
            engine = _engine(url)
            _migrate(engine)
        except (DBAPIError, OSError, ImportError) as error:
            if engine is not None:
                engine.dispose()
            # The driver's own words, without the address: it may hold a password.
            why = error.orig if isinstance(error, DBAPIError) else getattr(error, "strerror", None) or error
            raise UsageError(
                Say(f"the office database does not open: {why}", f"无法打开管理端数据库：{why}"),
                Say("check the database address and the rights of its folder", "请检查数据库地址及文件夹权限"),
            ) from error
        return cls(engine)

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """A session that sees one consistent state and changes nothing."""
        with Session(self._reader, expire_on_commit=False) as session:
            yield session

    @contextmanager
    def writing(self) -> Iterator[Session]:
        """A session whose changes are durable when the block ends, or were never made when it raises."""
        with self._turn, Session(self._writer, expire_on_commit=False) as session, session.begin():
            yield session

    def mark(self) -> object:
        """Something that differs after every change, also by another process; None where only asking tells.

        On SQLite it is what the write-ahead log looks like from outside: reading that costs microseconds.
        """
        if self._engine.dialect.name != "sqlite" or not self._engine.url.database:
            return None
        try:
            found = Path(f"{self._engine.url.database}-wal").stat()
        except OSError:
            return None
        return found.st_mtime_ns, found.st_size, found.st_ino

    def close(self) -> None:
        """Give the connections back."""
        self._engine.dispose()


def _engine(url: str) -> Engine:
    try:
        parsed = make_url(url)
    except ArgumentError as error:
        raise UsageError(
            Say("the office database address is not a database URL", "管理端数据库地址不是有效的 URL"),
            Say("expected sqlite:////folder/office.db or postgresql+psycopg://…", "例如 sqlite:////folder/office.db"),
        ) from error
    if parsed.get_backend_name() != "sqlite":
        return create_engine(parsed, pool_pre_ping=True)
    if parsed.database:
        # Made here, because SQLite would make it readable for everyone that the umask allows.
        Path(parsed.database).touch(mode=0o600, exist_ok=True)
    engine = create_engine(parsed, connect_args={"timeout": 30, "check_same_thread": False})
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _prepare_sqlite(connection: Any, _record: object) -> None:  # noqa: ANN401 - the driver's connection
    # The driver must not begin transactions by itself: it would begin them as readers, and two of those that both
    # turn into writers fail instead of waiting.
    connection.isolation_level = None
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
        connection.execute(f"PRAGMA {pragma}")


def _begin_sqlite(connection: Connection) -> None:
    writes = connection.get_execution_options().get("writes")
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def _migrate(engine: Engine) -> None:
    from alembic import command
    from alembic.util import CommandError

    with engine.execution_options(writes=True).begin() as connection:
        if connection.dialect.name == "postgresql":
            connection.execute(text("SELECT pg_advisory_xact_lock(:n)"), {"n": MIGRATION_LOCK})
        try:
            command.upgrade(alembic_config(connection), "head")
        except CommandError as error:
            raise UsageError(
                Say(
                    "the office database was written by a newer version of this program",
                    "管理端数据库由更新版本的程序写入",
                ),
                Say("install that version or a later one; nothing was changed", "请安装该版本或更新版本；未做任何改动"),
            ) from error


def alembic_config(connection: Connection) -> Any:  # noqa: ANN401 - alembic's Config, imported late
    """What Alembic needs to work on this connection, without a file."""
    from alembic.config import Config

    config = Config()
    folder = os.fspath(Path(__file__).parent / "migrations")
    config.set_main_option("script_location", folder.replace("%", "%%"))  # % would be read as a reference
    config.attributes["connection"] = connection
    return config
