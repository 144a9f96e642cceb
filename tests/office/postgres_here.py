"""A PostgreSQL server of the tests' own, on a socket in a private folder, ended with them."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest


def programs() -> Path | None:
    """The folder of initdb and pg_ctl; Debian keeps them off the path, one folder for each version."""
    if found := shutil.which("initdb"):
        return Path(found).parent
    versions = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: float(path.parent.name))
    return versions[-1] if versions else None


@contextmanager
def postgres() -> Iterator[str]:
    """The URL of its database ``postgres``: one named by DLP_TEST_POSTGRES, else a server started here."""
    pytest.importorskip("psycopg", reason="the driver psycopg is not installed")
    if url := os.environ.get("DLP_TEST_POSTGRES"):
        yield url
        return
    folder = programs()
    if folder is None:
        pytest.skip("PostgreSQL is not installed here")
    with tempfile.TemporaryDirectory(prefix="pg-") as name:
        place, user = Path(name) / "db", "postgres" if os.geteuid() == 0 else ""
        if user:
            shutil.chown(name, user)

        def run(program: str, *words: str) -> None:
            command = [str(folder / program), *words]
            if user:  # the server refuses to run as root
                command = ["runuser", "-u", user, "--", *command]
            subprocess.run(command, check=True, capture_output=True, cwd=name, timeout=60)

        run("initdb", "-D", str(place), "-U", "tester", "-A", "trust", "-E", "UTF8", "--no-sync")
        listens = f"-c listen_addresses= -c unix_socket_directories={name} -c fsync=off -c max_connections=300"
        run("pg_ctl", "-D", str(place), "-w", "-l", str(Path(name) / "log"), "-o", listens, "start")
        try:
            yield f"postgresql+psycopg://tester@/postgres?host={name}"
        finally:
            run("pg_ctl", "-D", str(place), "-m", "immediate", "stop")


@contextmanager
def copied(server: str, name: str, template: str = "template0") -> Iterator[str]:
    """A new database that begins as a copy of another; dropped afterwards."""
    from sqlalchemy import create_engine, make_url, text

    engine = create_engine(server, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(f'CREATE DATABASE "{name}" TEMPLATE "{template}" ENCODING \'UTF8\''))
    try:
        yield make_url(server).set(database=name).render_as_string(False)
    finally:
        with engine.connect() as connection:
            connection.execute(text(f'DROP DATABASE "{name}" WITH (FORCE)'))
        engine.dispose()
