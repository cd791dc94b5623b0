"""`vdxmedia ports`, `config check` and `config reference`: what they print, and what they name when it is wrong."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from vdxmedia import config, config_reference, network_ports
from vdxmedia.cli import app
from vdxmedia.network_ports import NetworkPort

ROOT = Path(__file__).resolve().parents[2]
EXAMPLE = ROOT / "vdxmedia.example.toml"


def run(*arguments: str, **environment: str) -> Result:
    return CliRunner().invoke(app, arguments, env=environment)


def ports_of(**flags: str) -> list[NetworkPort]:
    settings = config.load(None, None, {key.replace("__", "."): value for key, value in flags.items()})
    return network_ports.network_ports(settings, config.media_workers(settings.media))


def shown(ports: list[NetworkPort], direction: str) -> list[tuple[str, str, str, str]]:
    return [(one.protocol, one.ports, one.address, one.peer) for one in ports if one.direction == direction]


def test_ports_of_several_workers_are_a_row_on_udp_and_tcp() -> None:
    ports = ports_of(media__workers="4", media__binds="0.0.0.0:7882", http__binds="0.0.0.0:443")
    assert shown(ports, "in") == [
        ("tcp", "443", "0.0.0.0", "everyone"),
        ("udp", "7882-7885", "0.0.0.0", "everyone"),
        ("tcp", "7882-7885", "0.0.0.0", "everyone"),
    ]


def test_port_of_media_by_tcp_is_left_out_where_it_is_switched_off() -> None:
    ports = ports_of(media__tcp="false", media__workers="1", media__binds="0.0.0.0:7882")
    assert [one.protocol for one in ports if "media" in one.purpose] == ["udp"]


def test_pages_behind_a_proxy_are_open_for_the_proxy_alone() -> None:
    ports = ports_of(http__trusted_proxies="10.1.0.0/16", http__binds="0.0.0.0:7880")
    assert shown(ports, "in")[0] == ("tcp", "7880", "0.0.0.0", "10.1.0.0/16")


def test_what_the_server_asks_elsewhere_is_listed_with_its_port() -> None:
    ports = ports_of(
        store__url="postgresql://vdxmedia@database.example.dk/vdxmedia",
        oauth__issuers='[{"issuer": "https://login.example.dk:8443/realms/video", "audience": "video"}]',
        sms_gateway__shape="gatewayApi",
        sms_gateway__url="https://sms.example.com",
        sms_gateway__secret_file="/etc/vdxmedia/sms.txt",
    )
    assert shown(ports, "out") == [
        ("tcp", "5432", "database.example.dk", "database.example.dk"),
        ("tcp", "8443", "login.example.dk", "login.example.dk"),
        ("tcp", "443", "sms.example.com", "sms.example.com"),
        ("tcp", "443", "", "organisations' callback addresses"),
    ]


def test_turn_server_is_listed_as_another_machine_with_the_protocol_of_its_url() -> None:
    ports = ports_of(
        turn__urls="turn:turn.example.dk?transport=udp,turns:turn.example.dk:443?transport=tcp,turns:[2001:db8::5]",
        turn__secret_file="/etc/vdxmedia/turn.txt",
    )
    assert shown(ports, "elsewhere") == [
        ("udp", "3478", "turn.example.dk", "everyone"),
        ("tcp", "443", "turn.example.dk", "everyone"),
        ("tcp", "5349", "2001:db8::5", "everyone"),
    ]


def test_firewall_rules_open_what_others_need_and_nothing_of_this_machine() -> None:
    rules = network_ports.nftables(
        ports_of(
            http__binds="0.0.0.0:7880,127.0.0.1:7881",
            http__trusted_proxies="10.1.0.0/16,2001:db8::/32,127.0.0.0/8",
            media__binds="203.0.113.10:7882,[::]:7882",
            media__workers="2",
            media__tcp="false",
        )
    )
    assert [rule.partition(" comment ")[0] for rule in rules] == [
        "meta nfproto ipv4 ip saddr { 10.1.0.0/16 } tcp dport 7880 accept",
        "ip daddr 203.0.113.10 udp dport 7882-7883 accept",
        "meta nfproto ipv6 udp dport 7882-7883 accept",
    ]


def test_ports_are_printed_as_a_table_as_rules_and_as_json() -> None:
    table = run("ports", "--config", str(EXAMPLE), "--set", "media.workers=2")
    assert re.search(r"^in +udp +7882-7883 +0\.0\.0\.0 +everyone +all media$", table.output, re.MULTILINE)
    rules = run("ports", "--config", str(EXAMPLE), "--form", "nftables")
    assert "udp dport 7882" in rules.output
    listed = json.loads(run("ports", "--config", str(EXAMPLE), "--form", "json").output)
    assert {one["direction"] for one in listed} == {"in"}


def test_ports_of_a_wrong_configuration_are_refused_with_the_nearest_key() -> None:
    result = run("ports", "--set", "media.worker=2")
    assert (result.exit_code, result.stdout) == (2, "")
    assert "did you mean media.workers?" in result.stderr


@pytest.mark.parametrize(
    ("arguments", "environment", "match"),
    [
        (["--config", "{file}"], {}, r"unknown key http\.public_ulr; did you mean http\.public_url\?"),
        (["--set", "medai.tcp=no"], {}, r"unknown key medai\.tcp; did you mean media\.tcp\?"),
        ([], {"VDX_STORE_ULR": "x"}, r"variable VDX_STORE_ULR; did you mean VDX_STORE_URL\?"),
    ],
)
def test_check_names_the_nearest_known_key_wherever_the_wrong_one_is(
    tmp_path: Path, arguments: list[str], environment: dict[str, str], match: str
) -> None:
    file = tmp_path / "vdxmedia.toml"
    file.write_text('[http]\npublic_ulr = "https://moede.example.dk"\n')
    result = run("config", "check", *(one.format(file=file) for one in arguments), **environment)
    assert result.exit_code == 2
    assert re.search(match, result.stderr)


def test_everything_that_can_be_set_says_what_it_is_for() -> None:
    assert config_reference.undocumented() == []


def test_reference_page_is_what_the_classes_say() -> None:
    page = ROOT / "docs" / "reference" / "configuration.md"
    assert page.read_text("utf-8") == run("config", "reference").stdout, (
        "run `.venv/bin/vdxmedia config reference > docs/reference/configuration.md`"
    )


def test_reference_names_every_key_with_its_variable_type_default_and_use() -> None:
    text = config_reference.reference()
    assert all(f"`{config.variable_of(key)}`" in text for key in config.known_keys())
    row = next(line for line in text.splitlines() if line.startswith("| `session_lifetime_s`<br>`VDX_TOKENS_"))
    cells = [cell.strip() for cell in row.strip("|").split("|")]
    assert cells[1:3] == ["number, seconds; at least 60, at most 86 400", "`600.0`"]
    assert cells[3].startswith("How long the token of a running session works")
