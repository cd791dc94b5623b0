"""What is shipped to run a server with: systemd's unit, nginx's neighbours and the containers name what there is."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from vdxmedia import config, network_ports

ROOT = Path(__file__).resolve().parents[2]
DEPLOY = ROOT / "deploy"
UNIT = DEPLOY / "systemd" / "vdxmedia.service"
COMPOSE = DEPLOY / "docker" / "compose.yaml"
DOCKERFILE = DEPLOY / "docker" / "Dockerfile"
MOST_EXPOSED = 2.0
"""Of 10; what systemd calls OK ends at 2.5."""
OF_THE_OPERATOR = ("./etc", "./secrets")
"""What the head of the compose file says is made before the first start."""


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


# ── containers ────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture(scope="module")
def compose() -> dict[str, Any]:
    read: dict[str, Any] = yaml.safe_load(COMPOSE.read_text("utf-8"))
    return read


def test_containers_may_write_nothing_but_what_is_theirs(compose: dict[str, Any]) -> None:
    assert set(compose["services"]) == {"vdxmedia", "postgres", "coturn", "prometheus", "grafana"}
    for name, service in compose["services"].items():
        assert service["read_only"] is True, name
        assert service["cap_drop"] == ["ALL"], name
        assert "no-new-privileges:true" in service["security_opt"], name
        assert not str(service["user"]).startswith(("0", "root")), name
        assert "privileged" not in service, name
        assert service["healthcheck"]["test"], name


def test_containers_mount_only_what_there_is(compose: dict[str, Any]) -> None:
    for service in compose["services"].values():
        for volume in service.get("volumes", []):
            source = volume.partition(":")[0]
            if source.startswith(OF_THE_OPERATOR):
                assert volume.endswith(":ro")
            elif source.startswith("."):
                assert any((COMPOSE.parent / source).iterdir()), volume
            else:
                assert source in compose["volumes"]
        for secret in service.get("secrets", []):
            assert compose["secrets"][secret]["file"].startswith(OF_THE_OPERATOR)
    built = compose["services"]["vdxmedia"]["build"]
    assert (COMPOSE.parent / built["context"]).resolve() == ROOT
    assert ROOT / built["dockerfile"] == DOCKERFILE


def test_container_of_the_server_has_settings_that_it_takes(compose: dict[str, Any]) -> None:
    service = compose["services"]["vdxmedia"]
    settings = config.load(ROOT / "vdxmedia.example.toml", service["environment"])
    config.check_production(settings)
    assert (settings.store.url, service["network_mode"]) == (
        "postgresql://vdxmedia@127.0.0.1:5432/vdxmedia?ssl=disable",
        "host",
    )
    _, port = config.parse_bind(settings.http.binds[0], key="http.binds")
    assert f"http://127.0.0.1:{port}/livez" in service["healthcheck"]["test"][-1]
    assert int(service["stop_grace_period"].removesuffix("s")) > 2 * settings.stop.deadline_s


def test_dockerfile_copies_and_exposes_what_there_is() -> None:
    text = DOCKERFILE.read_text("utf-8")
    defaults = config.Settings()
    ports = {config.parse_bind(one, key="")[1] for one in (*defaults.http.binds, *defaults.media.binds)}
    exposed = re.search(r"^EXPOSE (.*)$", text, re.MULTILINE)
    assert exposed is not None
    assert {int(one.partition("/")[0]) for one in exposed[1].split()} == ports
    assert (ROOT / "web" / "package-lock.json").is_file()
    assert "--locked" in text
    assert re.findall(r"^USER (.*)$", text, re.MULTILINE) == ["7880:7880"]
    assert "NOT RUN HERE" in text
    assert "NOT RUN HERE" in COMPOSE.read_text("utf-8")


def test_containers_of_the_figures_find_the_server_and_its_board(compose: dict[str, Any]) -> None:
    environment = compose["services"]["vdxmedia"]["environment"]
    scraped = yaml.safe_load((DEPLOY / "prometheus" / "prometheus.yml").read_text("utf-8"))
    assert [one["targets"] for one in scraped["scrape_configs"][0]["static_configs"]] == [
        [environment["VDX_HTTP_BINDS"]]
    ]
    for name in scraped["rule_files"]:
        assert (DEPLOY / "prometheus" / name).is_file()
    provisioning = DEPLOY / "docker" / "grafana"
    (source,) = yaml.safe_load((provisioning / "datasources" / "prometheus.yaml").read_text("utf-8"))["datasources"]
    assert (
        f"--web.listen-address={source['url'].removeprefix('http://')}" in compose["services"]["prometheus"]["command"]
    )
    (boards,) = yaml.safe_load((provisioning / "dashboards" / "vdxmedia.yaml").read_text("utf-8"))["providers"]
    mounted = {one.split(":")[1]: one.split(":")[0] for one in compose["services"]["grafana"]["volumes"]}
    assert list((COMPOSE.parent / mounted[boards["options"]["path"]]).glob("*.json"))
