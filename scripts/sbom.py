"""Writes what the product is made of as CycloneDX 1.5: one file each for Python, Rust and the web client, into `sbom/`.

From the lock files alone, so it needs no network: `requirements.lock` (uv's, with hashes and `# via`), `Cargo.lock`,
and `npm sbom` over `web/package-lock.json`. What only builds or tests the product has the scope `excluded`; of Rust
that is known per crate of ours, not per dependency, so there what the relay's tests need counts as required. Left
out: what wheels and the operating system bring along (OpenSSL, libsrtp), and licences of Python and Rust packages,
which no lock file names.
"""

from __future__ import annotations

import argparse
import json
import re
import subprocess
import tomllib
import uuid
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
SPEC_VERSION = "1.5"
"""As npm writes it, so that the three are alike."""
SHIPPED_CRATES = ("vdx-relay-python",)
"""Whose dependencies are in the wheel; the load generator and the benchmarks are not."""
REQUIREMENT = re.compile(r"^([a-z0-9][a-z0-9._-]*)(?:\[[^\]]*\])?==([^\s;\\]+)", re.MULTILINE)
HASH = re.compile(r"--hash=sha256:([0-9a-f]{64})")
NAME = re.compile(r"^[A-Za-z0-9][A-Za-z0-9._-]*")

Document = dict[str, Any]


def document(name: str, version: str, components: Iterable[Document], dependencies: Iterable[Document]) -> Document:
    return {
        "$schema": f"http://cyclonedx.org/schema/bom-{SPEC_VERSION}.schema.json",
        "bomFormat": "CycloneDX",
        "specVersion": SPEC_VERSION,
        "serialNumber": f"urn:uuid:{uuid.uuid4()}",
        "version": 1,
        "metadata": {
            "timestamp": datetime.now(UTC).isoformat(timespec="seconds"),
            "component": {"type": "application", "bom-ref": name, "name": name, "version": version},
        },
        "components": list(components),
        "dependencies": list(dependencies),
    }


def component(kind: str, name: str, version: str, hashes: Iterable[str], *, is_shipped: bool) -> Document:
    purl = f"pkg:{kind}/{name}@{version}"
    return {
        "type": "library",
        "bom-ref": purl,
        "name": name,
        "version": version,
        "purl": purl,
        "scope": "required" if is_shipped else "excluded",
        "hashes": [{"alg": "SHA-256", "content": one} for one in hashes],
    }


def reachable(roots: Iterable[str], needs: Mapping[str, Iterable[str]]) -> set[str]:
    found: set[str] = set()
    waiting = list(roots)
    while waiting:
        one = waiting.pop()
        if one not in found:
            found.add(one)
            waiting += needs.get(one, ())
    return found


def normal(name: str) -> str:
    """As package indexes compare names (PEP 503)."""
    return re.sub(r"[-_.]+", "-", name).lower()


def of_python(lock: str, project: Mapping[str, Any]) -> Document:
    """From uv's requirements file; who needs what stands behind `# via`."""
    blocks = re.split(r"^(?=[a-z0-9])", lock, flags=re.MULTILINE)
    versions: dict[str, tuple[str, list[str]]] = {}
    needs: dict[str, set[str]] = {}
    for block in blocks:
        found = REQUIREMENT.match(block)
        if found is None:
            continue
        name = normal(found[1])
        versions[name] = (found[2], HASH.findall(block))
        for line in block.partition("# via")[2].splitlines():
            parent = line.strip().lstrip("# ").split(" ")[0]
            if parent:
                needs.setdefault(normal(parent), set()).add(name)
    roots = [normal(found[0]) for one in project["dependencies"] if (found := NAME.match(one))]
    shipped = reachable(roots, needs)

    def ref(name: str) -> str:
        return f"pkg:pypi/{name}@{versions[name][0]}"

    return document(
        project["name"],
        project["version"],
        (component("pypi", name, *versions[name], is_shipped=name in shipped) for name in sorted(versions)),
        [
            {"ref": project["name"], "dependsOn": sorted(ref(name) for name in roots if name in versions)},
            *({"ref": ref(name), "dependsOn": sorted(map(ref, needs.get(name, ())))} for name in sorted(versions)),
        ],
    )


def of_rust(lock: str, version: str) -> Document:
    """From Cargo.lock; crates of ours have no checksum and are not listed."""
    packages = tomllib.loads(lock)["package"]
    by_key = {f"{one['name']} {one['version']}": one for one in packages}
    only = {one["name"]: key for key, one in by_key.items()}

    def key_of(needed: str) -> str:
        """A dependency is `name`, or `name version` where there are several."""
        words = needed.split(" ")
        return f"{words[0]} {words[1]}" if len(words) > 1 else only[words[0]]

    needs = {key: [key_of(one) for one in package.get("dependencies", ())] for key, package in by_key.items()}
    shipped = reachable((only[name] for name in SHIPPED_CRATES), needs)
    foreign = {key: package for key, package in by_key.items() if "checksum" in package}

    def ref(key: str) -> str:
        return "pkg:cargo/" + key.replace(" ", "@")

    direct = {one for key in shipped - foreign.keys() for one in needs[key] if one in foreign}
    return document(
        "vdx-relay",
        version,
        (
            component("cargo", one["name"], one["version"], [one["checksum"]], is_shipped=key in shipped)
            for key, one in sorted(foreign.items())
        ),
        [
            {"ref": "vdx-relay", "dependsOn": sorted(map(ref, direct))},
            *({"ref": ref(key), "dependsOn": sorted(ref(one) for one in needs[key])} for key in sorted(foreign)),
        ],
    )


def of_web(web: Path) -> Document:
    """npm's own. Raises: CalledProcessError."""
    command = ["npm", "sbom", "--sbom-format", "cyclonedx", "--package-lock-only"]
    made = subprocess.run(command, cwd=web, check=True, capture_output=True, text=True)
    written: Document = json.loads(made.stdout)
    return written


def all_of(root: Path) -> dict[str, Document]:
    project = tomllib.loads((root / "pyproject.toml").read_text("utf-8"))["project"]
    return {
        "python": of_python((root / "requirements.lock").read_text("utf-8"), project),
        "rust": of_rust((root / "Cargo.lock").read_text("utf-8"), project["version"]),
        "web": of_web(root / "web"),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description="Writes CycloneDX documents from the lock files.")
    parser.add_argument("--out", type=Path, default=ROOT / "sbom")
    out: Path = parser.parse_args().out
    out.mkdir(parents=True, exist_ok=True)
    for name, made in all_of(ROOT).items():
        path = out / f"{name}.cdx.json"
        path.write_text(json.dumps(made, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
        print(f"{path}: {len(made['components'])} components")


if __name__ == "__main__":
    main()
