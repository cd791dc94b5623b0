"""The bill of materials names what the lock files name, in CycloneDX's form; an audit not made is not clean."""

from __future__ import annotations

import json
import re
import tomllib
from typing import Any

import pytest

from scripts import audit, sbom

SERIAL = re.compile(r"urn:uuid:[0-9a-f]{8}-[0-9a-f]{4}-[1-5][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")
PURL = re.compile(r"pkg:(pypi|cargo|npm)/(%40[\w.-]+/)?[\w.-]+@[\w.+-]+")


@pytest.fixture(scope="module")
def documents() -> dict[str, dict[str, Any]]:
    return sbom.all_of(sbom.ROOT)


@pytest.mark.parametrize("part", ["python", "rust", "web"])
def test_document_has_cyclonedx_form(documents: dict[str, dict[str, Any]], part: str) -> None:
    """What its schema demands, and what makes it useful: every component found by its purl, all references known."""
    made = json.loads(json.dumps(documents[part]))
    assert (made["bomFormat"], made["specVersion"], made["version"]) == ("CycloneDX", "1.5", 1)
    assert SERIAL.fullmatch(made["serialNumber"])
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|\+00:00)", made["metadata"]["timestamp"])
    references = [one["bom-ref"] for one in made["components"]]
    assert len(set(references)) == len(references)
    known = {*references, made["metadata"]["component"]["bom-ref"]}
    for one in made["components"]:
        assert one["type"] == "library"
        assert PURL.fullmatch(one["purl"]), one["purl"]
        assert one["scope"] in {"required", "optional", "excluded"} if "scope" in one else True
        for digest in one.get("hashes", ()):
            assert digest["alg"] in {"SHA-1", "SHA-256", "SHA-512"}
            assert re.fullmatch(r"[0-9a-f]{40,128}", digest["content"])
    for one in made["dependencies"]:
        assert one["ref"] in known
        assert {*one.get("dependsOn", ())} <= known
    assert {one["ref"] for one in made["dependencies"]} == known


def test_components_are_those_of_the_lock_files(documents: dict[str, dict[str, Any]]) -> None:
    def listed(part: str) -> set[tuple[str, str]]:
        return {(one["name"], one["version"]) for one in documents[part]["components"]}

    python = (sbom.ROOT / "requirements.lock").read_text("utf-8")
    assert listed("python") == {(name, version) for name, version in re.findall(r"^([\w.-]+)==([\w.+]+)", python, re.M)}
    rust = tomllib.loads((sbom.ROOT / "Cargo.lock").read_text("utf-8"))["package"]
    assert listed("rust") == {(one["name"], one["version"]) for one in rust if "source" in one}
    web = json.loads((sbom.ROOT / "web" / "package-lock.json").read_text("utf-8"))["packages"]
    assert {name for name, _ in listed("web")} >= {"lit", "socket.io-client"}
    assert len(listed("web")) >= 0.9 * len({path for path in web if path.startswith("node_modules/")})


def test_what_only_tests_need_is_told_apart(documents: dict[str, dict[str, Any]]) -> None:
    def scopes(part: str) -> dict[str, str]:
        return {one["name"]: one["scope"] for one in documents[part]["components"]}

    python, rust = scopes("python"), scopes("rust")
    assert {python[name] for name in ("aiohttp", "aiortc", "cryptography", "pylibsrtp")} == {"required"}
    assert {python[name] for name in ("pytest", "playwright", "mypy")} == {"excluded"}
    assert rust["pyo3"] == rust["aws-lc-rs"] == "required"
    assert "excluded" in rust.values()


CLEAN_PIP = {"dependencies": [{"name": "aiohttp", "version": "3", "vulns": []}]}
CLEAN_NPM = {"metadata": {"vulnerabilities": {"total": 0}}}
KNOWN = {"vulnerabilities": {"count": 2}}


@pytest.mark.parametrize(
    ("output", "count", "known"),
    [
        (CLEAN_PIP, audit.of_pip, 0),
        ({"dependencies": [{"name": "aiohttp", "vulns": [{"id": "CVE-2026-1"}]}]}, audit.of_pip, 1),
        ({"dependencies": [{"name": "aiohttp", "skip_reason": "not found"}]}, audit.of_pip, None),
        ({"dependencies": []}, audit.of_pip, None),
        (CLEAN_NPM, audit.of_npm, 0),
        ({"message": "405 Method Not Allowed", "statusCode": 405}, audit.of_npm, None),
        (KNOWN, audit.of_cargo, 2),
        ({}, audit.of_cargo, None),
        ("", audit.of_cargo, None),
    ],
)
def test_audit_counts_what_is_known_and_says_what_was_not_asked(
    output: object, count: audit.Counting, known: int | None
) -> None:
    assert audit.read("it", json.dumps(output) if output else "", "no network", count).known == known


def test_audit_that_was_not_asked_is_never_clean() -> None:
    clean, unasked = audit.Result("a", 0, "{}"), audit.Result("b", None, "no network")
    assert audit.verdict([clean, clean])[0] == 0
    code, lines = audit.verdict([clean, unasked])
    assert code == audit.NOT_ALL_ASKED
    assert lines == ["a: 0 known", "b: NOT ASKED: no network"]
    assert audit.verdict([clean, unasked, audit.Result("c", 1, "{}")])[0] == audit.FOUND
