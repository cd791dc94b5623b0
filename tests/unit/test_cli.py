"""The command line: what it prints, refuses and writes. `tests/contract/test_api_start.py` starts servers by it."""

from __future__ import annotations

import stat
import tomllib
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from vdxmedia import __version__, config, credentials, kernel_limits
from vdxmedia.addresses import announced_addresses, format_bind, media_sockets, usable
from vdxmedia.api.tokens import SigningKey
from vdxmedia.cli import app
from vdxmedia.config import Http, Media, Settings
from vdxmedia.errors import Misconfigured


def run(*arguments: str, **environment: str) -> Result:
    return CliRunner().invoke(app, arguments, env=environment)


def test_version_is_printed() -> None:
    assert run("--version").output == f"vdxmedia {__version__}\n"


@pytest.mark.parametrize("bind", ["0.0.0.0", "192.0.2.1", "::", "2001:db8::1"])
def test_dev_refuses_every_bind_beyond_loopback(bind: str) -> None:
    result = run("dev", "--bind", bind)
    assert result.exit_code == 2
    assert "everyone knows" in result.stderr
    assert "--lan" in result.stderr


@pytest.mark.parametrize("variable", ["VDX_HTTP_BINDS", "VDX_MEDIA_BINDS"])
def test_dev_refuses_a_bind_from_the_environment_too(variable: str) -> None:
    result = run("dev", **{variable: "0.0.0.0:9"})
    assert result.exit_code == 2
    assert "loopback" in result.stderr


def test_media_for_this_machine_only_counts_as_loopback_and_pages_do_not() -> None:
    everywhere = Media(binds=["192.0.2.1:7882"], local_only=True)
    assert config.is_loopback(Settings(http=Http(binds=["127.0.0.1:1"]), media=everywhere))
    assert not config.is_loopback(Settings(http=Http(binds=["192.0.2.1:1"]), media=everywhere))
    assert not config.is_loopback(Settings(http=Http(binds=["127.0.0.1:1"]), media=Media(binds=everywhere.binds)))


def test_dev_refuses_a_bind_that_is_no_address() -> None:
    result = run("dev", "--bind", "example.dk")
    assert result.exit_code == 2
    assert "is not address:port" in result.stderr


def test_serve_without_configuration_says_what_is_needed() -> None:
    result = run("serve")
    assert result.exit_code == 2
    assert "http.public_url: is needed" in result.stderr


def test_serve_with_an_unknown_key_names_the_nearest(tmp_path: Path) -> None:
    (tmp_path / "x.toml").write_text("[http]\npublic_ulr = 'https://a.dk'\n")
    result = run("serve", "--config", str(tmp_path / "x.toml"))
    assert result.exit_code == 2
    assert "did you mean http.public_url?" in result.stderr


def test_keys_made_are_private_strong_and_accepted(tmp_path: Path) -> None:
    result = run("keys", "new", "--directory", str(tmp_path), "--name", "portal")
    assert result.exit_code == 0, result.output
    for name in ("signing-key.pem", "api-keys.txt", "sealing-keys.txt"):
        assert stat.S_IMODE((tmp_path / name).stat().st_mode) == 0o600
    assert SigningKey.from_file(tmp_path / "signing-key.pem").can_sign
    secret = (tmp_path / "api-keys.txt").read_text().split(": ")[1].strip()
    assert secret not in result.output
    tables = tomllib.loads(result.stdout)
    config_file = tmp_path / "vdxmedia.toml"
    config_file.write_text(
        "[http]\npublic_url = 'https://moede.example.dk'\ntrusted_proxies = ['10.0.0.0/8']\n" + result.stdout
    )
    store = f"store.url=sqlite:///{tmp_path}/vdxmedia.db"
    checked = run("config", "check", "--config", str(config_file), "--set", store)
    assert checked.exit_code == 0, checked.output
    assert secret not in checked.output
    assert tomllib.loads(checked.stdout)["tokens"]["signing_key_file"] == tables["tokens"]["signing_key_file"]


def test_keys_are_never_overwritten(tmp_path: Path) -> None:
    assert run("keys", "new", "--directory", str(tmp_path)).exit_code == 0
    before = (tmp_path / "signing-key.pem").read_bytes()
    result = run("keys", "new", "--directory", str(tmp_path))
    assert result.exit_code == 2
    assert "never overwritten" in result.stderr
    assert (tmp_path / "signing-key.pem").read_bytes() == before


@pytest.mark.parametrize("name", ["", "a:b", "#x", "a\nb"])
def test_key_with_a_name_that_breaks_its_file_is_refused(tmp_path: Path, name: str) -> None:
    assert run("keys", "new", "--directory", str(tmp_path), "--name", name).exit_code == 2


@pytest.mark.parametrize("break_it", ["development", "public", "absent", "garbage", "certificate"])
def test_credentials_that_are_weak_or_missing_are_refused(tmp_path: Path, break_it: str) -> None:
    run("keys", "new", "--directory", str(tmp_path))
    signing, flags = tmp_path / "signing-key.pem", []
    match break_it:
        case "development":
            signing.write_bytes(credentials.for_development().signing.key.as_pem(private=True))
        case "public":
            signing.write_bytes(credentials.for_development().signing.key.as_pem(private=False))
        case "absent":
            signing.unlink()
        case "garbage":
            signing.write_bytes(b"not a key")
        case "certificate":
            flags = [f"http.certificate_file={signing}", f"http.certificate_key_file={signing}"]
    options = [
        "http.public_url=https://moede.example.dk",
        "http.trusted_proxies=10.0.0.0/8",
        f"tokens.signing_key_file={signing}",
        f"api.keys_file={tmp_path / 'api-keys.txt'}",
        f"store.sealing_key_file={tmp_path / 'sealing-keys.txt'}",
        *flags,
    ]
    result = run("config", "check", *(part for option in options for part in ("--set", option)))
    assert result.exit_code == 2
    assert "signing-key.pem" in result.stderr or "tokens" in result.stderr


@pytest.mark.parametrize("name", ["signing-key.pem", "api-keys.txt"])
def test_secret_that_everybody_can_read_is_told(tmp_path: Path, name: str) -> None:
    run("keys", "new", "--directory", str(tmp_path))
    options = [
        "http.public_url=https://moede.example.dk",
        "http.trusted_proxies=10.0.0.0/8",
        f"tokens.signing_key_file={tmp_path / 'signing-key.pem'}",
        f"api.keys_file={tmp_path / 'api-keys.txt'}",
        f"store.sealing_key_file={tmp_path / 'sealing-keys.txt'}",
        f"store.url=sqlite:///{tmp_path}/vdxmedia.db",
    ]
    check = ["config", "check", *(part for option in options for part in ("--set", option))]
    assert run(*check).stderr == "vdxmedia: store.url: the store will be made\n"
    (tmp_path / name).chmod(0o644)
    result = run(*check)
    assert result.exit_code == 0
    assert f"chmod o= {tmp_path / name}" in result.stderr


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("sqlite:///{directory}/nowhere/store.db", "is not there; make it"),
        ("sqlite:///{directory}/signing-key.pem", "SQLITE_NOTADB"),
        ("postgresql://vdxmedia@127.0.0.1:1/vdxmedia", "cannot be opened"),
        ("postgresql://vdxmedia:secret-word@127.0.0.1/vdxmedia", "leave the password out"),
        ("mysql://localhost/vdxmedia", "is not as sqlite:////"),
        ("sqlite://", "is not as sqlite:////"),
    ],
)
def test_store_that_cannot_be_used_is_told_by_the_check(tmp_path: Path, url: str, said: str) -> None:
    run("keys", "new", "--directory", str(tmp_path))
    options = [
        "http.public_url=https://moede.example.dk",
        "http.trusted_proxies=10.0.0.0/8",
        f"tokens.signing_key_file={tmp_path / 'signing-key.pem'}",
        f"api.keys_file={tmp_path / 'api-keys.txt'}",
        f"store.sealing_key_file={tmp_path / 'sealing-keys.txt'}",
        f"store.url={url.format(directory=tmp_path)}",
    ]
    result = run("config", "check", *(part for option in options for part in ("--set", option)))
    assert result.exit_code == 2
    assert said in result.stderr
    assert "secret-word" not in result.output


def test_certificate_made_for_an_address_can_be_served(tmp_path: Path) -> None:
    made = credentials.for_lan("192.0.2.1", tmp_path)
    assert made.tls is not None
    assert credentials.for_lan("2001:db8::1", tmp_path).api_keys != made.api_keys
    assert stat.S_IMODE((tmp_path / "lan-key.pem").stat().st_mode) == 0o600


def test_credentials_do_not_show_themselves() -> None:
    assert "key" not in repr(credentials.for_development()).replace("api_keys", "")


def test_addresses_of_media_are_bound_one_by_one_and_announced() -> None:
    assert media_sockets(["127.0.0.1:7", "[::1]:7", "127.0.0.1:7"]) == [("127.0.0.1", 7), ("::1", 7)]
    assert all(host not in ("0.0.0.0", "::") for host, _ in media_sockets(["0.0.0.0:7", "127.0.0.1:7"]))
    bound = [("10.0.0.5", 7882), ("fd00::5", 7882)]
    assert announced_addresses(bound, []) == bound
    assert announced_addresses(bound, ["203.0.113.5"]) == [("203.0.113.5", 7882)]
    with pytest.raises(Misconfigured, match="IPv6"):
        announced_addresses(bound[:1], ["2001:db8::1"])
    assert [format_bind(*address) for address in bound] == ["10.0.0.5:7882", "[fd00::5]:7882"]


def test_address_this_machine_lacks_is_left_out() -> None:
    assert usable([("192.0.2.1", 7), ("127.0.0.1", 7)]) == [("127.0.0.1", 7)]
    with pytest.raises(Misconfigured, match=r"192\.0\.2\.1"):
        usable([("192.0.2.1", 7)])


def test_kernel_limit_that_is_too_low_names_the_line_that_raises_it(tmp_path: Path) -> None:
    (tmp_path / "rmem_max").write_text("212992\n")
    (tmp_path / "wmem_max").write_text("9999999\n")
    settings = Settings(media=Media(socket_buffer_bytes=4_000_000))
    assert [text.split("`")[1] for text in kernel_limits.warnings(settings, tmp_path)] == [
        "sysctl -w net.core.rmem_max=4000000"
    ]
    assert list(kernel_limits.warnings(settings, tmp_path / "nowhere")) == []
