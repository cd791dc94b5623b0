"""`scripts/needs.sh` on machines that lack things: each missing one is named with the line that installs it."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

SCRIPT = Path(__file__).resolve().parents[2] / "scripts" / "needs.sh"
PRESENT = {
    "uname": "echo Linux",
    "git": "",
    "make": "",
    "cc": "",
    "python3.11": "",
    "npm": "",
    "cargo": "",
    "node": "echo v22.12.0",
    "rustc": "echo 'rustc 1.85.0 (4d91de4e4 2025-02-17)'",
}


@pytest.fixture
def machine(tmp_path: Path) -> Path:
    """A folder that is the whole PATH: the shell's tools, and everything that is needed."""
    for tool in ("sh", "awk", "sed"):
        found = shutil.which(tool)
        assert found is not None
        (tmp_path / tool).symlink_to(found)
    for name, script in PRESENT.items():
        has(tmp_path, name, script)
    return tmp_path


def has(machine: Path, name: str, script: str) -> None:
    path = machine / name
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)


def checked(machine: Path) -> tuple[int, str]:
    done = subprocess.run(
        [machine / "sh", SCRIPT], env={"PATH": str(machine)}, capture_output=True, text=True, check=False
    )
    assert done.stderr == ""
    return done.returncode, done.stdout


def test_machine_that_has_everything_passes_silently(machine: Path) -> None:
    assert checked(machine) == (0, "")


@pytest.mark.parametrize(
    ("name", "line"),
    [
        ("git", "apt-get install -y git"),
        ("make", "apt-get install -y make"),
        ("cc", "apt-get install -y build-essential"),
        ("python3.11", "python install 3.11"),
        ("node", "apt-get install -y nodejs"),
        ("npm", "apt-get install -y nodejs"),
        ("cargo", "sh -s -- -y"),
    ],
)
def test_thing_that_is_missing_is_named_with_the_line_that_installs_it(machine: Path, name: str, line: str) -> None:
    (machine / name).unlink()
    code, said = checked(machine)
    assert code == 1
    missing, install, again = said.splitlines()
    assert missing.startswith("Missing: ")
    assert line in install
    assert again == "Then run the same command again."


@pytest.mark.parametrize(
    ("name", "version", "found"),
    [
        ("node", "echo v20.18.9", "found 20.18.9"),
        ("node", "echo v18.20.4", "found 18.20.4"),
        ("rustc", "echo 'rustc 1.84.1 (x)'", "found 1.84.1"),
        ("rustc", "echo 'rustc 1.9.0 (x)'", "found 1.9.0"),
    ],
)
def test_version_that_is_too_old_is_named(machine: Path, name: str, version: str, found: str) -> None:
    has(machine, name, version)
    code, said = checked(machine)
    assert code == 1
    assert found in said


def test_python_without_venv_is_named(machine: Path) -> None:
    has(machine, "python3.11", 'case "$2" in *venv*) exit 1 ;; esac')
    code, said = checked(machine)
    assert code == 1
    assert "apt-get install -y python3.11-venv" in said


def test_mac_gets_its_own_lines(machine: Path) -> None:
    has(machine, "uname", "echo Darwin")
    (machine / "node").unlink()
    assert "brew install node" in checked(machine)[1]


def test_everything_missing_is_told_at_once(machine: Path) -> None:
    for name in PRESENT.keys() - {"uname"}:
        (machine / name).unlink()
    code, said = checked(machine)
    assert code == 1
    assert said.count("Missing: ") == 6
