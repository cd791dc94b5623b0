"""What is shipped to run a server with: systemd's unit, nginx's neighbours and the containers name what there is."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

from vdxmedia import config, network_ports

ROOT = Path(__file__).resolve().parents[2]
DEPLOY = ROOT / "deploy"
UNIT = DEPLOY / "systemd" / "vdxmedia.service"
MOST_EXPOSED = 2.0
"""Of 10; what systemd calls OK ends at 2.5."""


def program(name: str) -> str:
    found = shutil.which(name) or shutil.which(f"/usr/sbin/{name}")
    assert found is not None, f"{name} is not here: run `make test`, which installs it"
    return found


# ── systemd ───────────────────────────────────────────────────────────────────────────────────────────────────────


def unit_with(directory: Path, *changes: tuple[str, str]) -> Path:
    """The shipped unit, with a program that is on this machine."""
    text = UNIT.read_text("utf-8")
    for was, becomes in (("/opt/vdxmedia/bin/vdxmedia", program("true")), *changes):
        assert was in text
        text = text.replace(was, becomes)
    path = directory / "vdxmedia.service"
    path.write_text(text)
    return path


def verified(path: Path) -> tuple[int, str]:
    command = [program("systemd-analyze"), "verify", "--man=no", "--recursive-errors=no", str(path)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return done.returncode, done.stderr


def test_unit_is_what_systemd_reads_without_a_remark(tmp_path: Path) -> None:
    assert verified(unit_with(tmp_path)) == (0, "")


def test_unit_with_a_word_that_systemd_does_not_know_would_be_found(tmp_path: Path) -> None:
    _, said = verified(unit_with(tmp_path, ("PrivateTmp=", "PrivateTemp=")))
    assert "PrivateTemp" in said


def test_unit_leaves_the_service_little_to_do_harm_with(tmp_path: Path) -> None:
    command = [program("systemd-analyze"), "security", "--offline=true", "--no-pager", str(unit_with(tmp_path))]
    said = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    found = re.search(r"exposure level for vdxmedia\.service: ([0-9.]+)", said)
    assert found is not None, said
    assert float(found[1]) <= MOST_EXPOSED


def test_unit_waits_longer_than_calls_may_go_on_and_does_not_repeat_a_wrong_configuration() -> None:
    text = UNIT.read_text("utf-8")
    stop = re.search(r"^TimeoutStopSec=(\d+)$", text, re.MULTILINE)
    assert stop is not None
    assert int(stop[1]) > 2 * config.Settings().stop.deadline_s
    assert "RestartPreventExitStatus=2\n" in text
    assert config.Settings().store.url.startswith("sqlite:////var/lib/vdxmedia/")  # StateDirectory


# ── the firewall ──────────────────────────────────────────────────────────────────────────────────────────────────


def test_firewall_rules_are_what_nft_reads(tmp_path: Path) -> None:
    flags = {"http.trusted_proxies": "10.1.0.0/16,2001:db8::/32", "media.workers": "4"}
    rules = network_ports.nftables(network_ports.network_ports(config.load(None, None, flags), 4))
    assert len(rules) == 6
    file = tmp_path / "rules.nft"
    file.write_text("\n".join(["table inet vdxmedia {", "chain way_in {", *rules, "}", "}", ""]))
    done = subprocess.run([program("nft"), "--check", "--file", str(file)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
