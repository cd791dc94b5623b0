"""Packs what set-up has built into a wheel: Python, the relay as a stable-ABI library, and the web client.

Nothing is compiled here: the relay is the release build of `make relay`, the pages are those of `make web`. Metadata
come from maturin, as when it builds a wheel itself. The tag says what the library needs of glibc (PEP 600), read from
its own symbol versions. Left out: other processors and musl; there `pip wheel .` builds from source.
"""

from __future__ import annotations

import argparse
import base64
import csv
import hashlib
import io
import platform
import re
import shutil
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "src" / "vdxmedia"
RELAY = PACKAGE / "_relay.abi3.so"
NEEDED = (RELAY, PACKAGE / "_web" / "index.html", PACKAGE / "_web" / "embed.js")
PYTHON_TAG = "cp311-abi3"
GLIBC = re.compile(rb"\0GLIBC_2\.(\d+)(?:\.\d+)?(?=\0)")
"""A version in the table of strings of an ELF file, which are divided by zeros."""
DISTRIBUTIONS = (
    (28, "Debian 10, RHEL 8"),
    (31, "Debian 11, Ubuntu 20.04"),
    (34, "RHEL 9 and its kin, Amazon Linux 2023"),
    (35, "Ubuntu 22.04"),
    (36, "Debian 12"),
    (38, "SLES 15 SP6"),
    (39, "Ubuntu 24.04, RHEL 10"),
    (41, "Debian 13"),
)
"""Minor version of glibc 2 to those that have it; each runs what needs an older one too."""
EPOCH = (1980, 1, 1, 0, 0, 0)
"""Of every file: the same input makes the same wheel."""


def glibc_minor(library: Path) -> int:
    """The newest version of glibc 2 whose symbols the library asks for."""
    found = [int(minor) for minor in GLIBC.findall(library.read_bytes())]
    if not found:
        raise SystemExit(f"{library.name} asks for no glibc: not built for it?")
    return max(found)


def distributions(minor: int) -> list[str]:
    return [names for version, names in DISTRIBUTIONS if version >= minor]


def contents(library: Path) -> Iterator[tuple[str, bytes]]:
    """Names and bytes, sorted; `library` instead of the relay that was built."""
    for path in sorted(PACKAGE.rglob("*")):
        if not path.is_file() or "__pycache__" in path.parts or (path.suffix == ".so" and path != RELAY):
            continue
        name = path.relative_to(PACKAGE.parent).as_posix()
        yield name, (library if path == RELAY else path).read_bytes()


def metadata(directory: Path, tag: str) -> Iterator[tuple[str, bytes]]:
    """The files of `*.dist-info` but RECORD."""
    maturin = Path(sys.executable).with_name("maturin")
    command = [maturin, "pep517", "write-dist-info", "--metadata-directory", directory]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    (made,) = directory.glob("*.dist-info")
    for path in sorted(path for path in made.rglob("*") if path.is_file()):
        content = path.read_bytes()
        if path.name == "WHEEL":
            content = re.sub(rb"(?m)^Tag: .*$", b"Tag: " + tag.encode(), content)
        yield f"{made.name}/{path.relative_to(made).as_posix()}", content


def record_line(name: str, content: bytes) -> tuple[str, str, int]:
    digest = base64.urlsafe_b64encode(hashlib.sha256(content).digest()).rstrip(b"=").decode()
    return name, f"sha256={digest}", len(content)


def make_wheel(directory: Path) -> Path:
    """Writes the wheel into the directory. Raises: SystemExit when something is not built."""
    missing = [str(path.relative_to(ROOT)) for path in NEEDED if not path.exists()]
    if missing:
        raise SystemExit(f"not built: {', '.join(missing)}; run `make wheel`")
    with tempfile.TemporaryDirectory(prefix="vdxmedia-wheel-") as work:
        library = Path(work) / RELAY.name
        shutil.copy(RELAY, library)
        subprocess.run(["strip", "--strip-debug", library], check=True)
        tag = f"{PYTHON_TAG}-manylinux_2_{glibc_minor(library)}_{platform.machine()}"
        files = [*contents(library), *metadata(Path(work), tag)]
    info = next(name.partition("/")[0] for name, _ in files if ".dist-info/" in name)
    lines = io.StringIO()
    writer = csv.writer(lines, lineterminator="\n")
    writer.writerows([*(record_line(name, content) for name, content in files), (f"{info}/RECORD", "", "")])
    files.append((f"{info}/RECORD", lines.getvalue().encode()))
    directory.mkdir(parents=True, exist_ok=True)
    path = directory / f"{info.removesuffix('.dist-info')}-{tag}.whl"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files:
            entry = zipfile.ZipInfo(name, EPOCH)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = (0o755 if name.endswith(".so") else 0o644) << 16
            archive.writestr(entry, content)
    return path


def main() -> int:
    parser = argparse.ArgumentParser(description="Packs what was built into a wheel.")
    parser.add_argument("--out", type=Path, default=ROOT / "dist", help="where to write it")
    path = make_wheel(parser.parse_args().out)
    print(f"{path} ({path.stat().st_size / 1e6:.1f} MB)")
    minor = glibc_minor(RELAY)
    print(f"needs glibc 2.{minor} or newer: {'; '.join(distributions(minor))}; and newer ones of these")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
