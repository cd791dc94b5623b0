"""A PostgreSQL server of the tests' own, on loopback: made for them, asked with a password, gone with them."""

from __future__ import annotations

import contextlib
import os
import pwd
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.patience import PATIENCE_S
from tests.server import free_port

PASSWORD = "a-password-of-the-tests"
ROOTS = "postgres"
"""PostgreSQL refuses to run as root; then it runs as this user."""


@dataclass
class Postgres:
    directory: Path
    port: int
    process: subprocess.Popen[bytes] | None = None

    def url(self, database: str = "postgres") -> str:
        return f"postgresql://vdxmedia@127.0.0.1:{self.port}/{database}"

    def make_database(self, name: str) -> str:
        """Its URL."""
        environment = os.environ | {"PGPASSWORD": PASSWORD}
        where = ["--host", "127.0.0.1", "--port", str(self.port), "--username", "vdxmedia"]
        subprocess.run([_program("createdb"), *where, name], env=environment, check=True, capture_output=True)
        return self.url(name)

    def start(self) -> None:
        command = [_program("postgres"), "-D", str(self.directory / "data"), "-p", str(self.port)]
        options = ["listen_addresses=127.0.0.1", f"unix_socket_directories={self.directory}", "fsync=off"]
        self.process = subprocess.Popen(
            [*_as_user(), *command, *(part for option in options for part in ("-c", option))],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        deadline = time.monotonic() + PATIENCE_S
        ready = [_program("pg_isready"), "-q", "-h", "127.0.0.1", "-p", str(self.port)]
        while subprocess.run(ready, check=False).returncode != 0:
            assert self.process.poll() is None, "PostgreSQL ended at once"
            assert time.monotonic() < deadline, "PostgreSQL does not answer"
            time.sleep(0.05)

    def stop(self) -> None:
        """At once, as a crash. Twice is fine."""
        if self.process is not None:
            stop = [_program("pg_ctl"), "-D", str(self.directory / "data"), "-m", "immediate", "-s", "stop"]
            subprocess.run([*_as_user(), *stop], check=True)
            self.process.wait()
            self.process = None


@contextlib.contextmanager
def run_postgres() -> Iterator[Postgres]:
    directory = Path(tempfile.mkdtemp(prefix="vdxmedia-postgres-"))
    try:
        if os.geteuid() == 0:
            account = pwd.getpwnam(ROOTS)
            os.chown(directory, account.pw_uid, account.pw_gid)
        password = directory / "password"
        password.write_text(PASSWORD)
        password.chmod(0o644)
        make = [_program("initdb"), "-D", str(directory / "data"), "-U", "vdxmedia", "-A", "scram-sha-256"]
        make += ["--pwfile", str(password), "--no-sync", "--encoding", "UTF8"]
        subprocess.run([*_as_user(), *make], check=True, capture_output=True, cwd=directory)
        postgres = Postgres(directory, free_port(socket.SOCK_STREAM))
        postgres.start()
        try:
            yield postgres
        finally:
            postgres.stop()
    finally:
        shutil.rmtree(directory, ignore_errors=True)


def _as_user() -> Sequence[str]:
    return ("setpriv", "--reuid", ROOTS, "--regid", ROOTS, "--clear-groups") if os.geteuid() == 0 else ()


def _program(name: str) -> str:
    """Debian keeps the server's programs out of the path, by version."""
    found = shutil.which(name) or next(
        (str(path) for path in sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"), reverse=True)), None
    )
    assert found, "PostgreSQL is missing: `make test` installs it"
    return found
