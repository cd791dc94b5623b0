"""Settings: precedence, strictness, and what production refuses."""

from __future__ import annotations

import tomllib
from pathlib import Path

import msgspec
import pytest

from vdxmedia import config
from vdxmedia.config import Settings
from vdxmedia.errors import Misconfigured


def toml(directory: Path, text: str) -> Path:
    path = directory / "vdxmedia.toml"
    path.write_text(text, encoding="utf-8")
    return path


def refused(match: str, path: Path | None = None, **sources: dict[str, str]) -> None:
    with pytest.raises(Misconfigured, match=match):
        config.load(path, sources.get("environment"), sources.get("flags"))


def test_defaults_are_valid() -> None:
    assert config.load(None) == Settings()


def test_flag_wins_over_environment_over_file_over_default(tmp_path: Path) -> None:
    path = toml(tmp_path, "[limits]\nrooms = 1\nparticipants_per_room = 11\njoins_per_second = 5\n")
    environment = {"VDX_LIMITS_ROOMS": "2", "VDX_LIMITS_PARTICIPANTS_PER_ROOM": "12", "HOME": "/"}
    loaded = config.load(path, environment, {"limits.rooms": "3"})
    assert loaded.limits == config.Limits(rooms=3, participants_per_room=12, joins_per_second=5)


def test_environment_takes_lists_numbers_and_words() -> None:
    loaded = config.load(
        None,
        {"VDX_HTTP_BINDS": "127.0.0.1:1, [::1]:2", "VDX_STOP_DEADLINE_S": "2.5", "VDX_LOG_LEVEL": "debug"},
    )
    assert loaded.http.binds == ["127.0.0.1:1", "[::1]:2"]
    assert loaded.stop.deadline_s == 2.5
    assert loaded.log.level == "debug"


def test_every_key_has_a_variable_of_its_own() -> None:
    variables = [config.variable_of(key) for key in config.known_keys()]
    assert len(set(variables)) == len(variables) > 20


@pytest.mark.parametrize(
    ("text", "match"),
    [
        ("[htp]\n", r"unknown table \[htp\]; did you mean http\?"),
        ("[http]\nbind = []\n", r"unknown key http\.bind; did you mean http\.binds\?"),
        ("[http]\nzzzzzz = 1\n", r"unknown key http\.zzzzzz; valid are binds, "),
        ("http = 3\n", "http must be a table"),
        ("[http\n", "not TOML"),
        ("[http]\nbinds = 'x'\n", r"http\.binds: Expected `array`"),
        ("[limits]\nrooms = 0\n", r"limits\.rooms: Expected `int` >= 1"),
        ("[limits]\nrooms = 1.5\n", r"limits\.rooms: Expected `int`"),
        ("[log]\nlevel = 'loud'\n", r"log\.level: Invalid enum value 'loud'"),
        ("[http]\nbinds = []\n", r"http\.binds: at least one"),
        ("[http]\nbinds = ['8080']\n", r"http\.binds: '8080' is not address:port"),
        ("[http]\nbinds = ['::1:8080']\n", "IPv6 in brackets"),
        ("[http]\nbinds = ['localhost:8080']\n", "is not address:port"),
        ("[media]\nbinds = ['1.2.3.4:70000']\n", r"media\.binds: '1.2.3.4:70000'"),
        ("[media]\nannounced = ['example.dk']\n", r"media\.announced: 'example.dk' is not an IP address"),
        ("[media]\nannounced = ['192.0.2.1', '192.0.2.2']\n", "two IPv4 addresses"),
        ("[http]\ntrusted_proxies = ['10.0.0.1/8']\n", r"http\.trusted_proxies: '10.0.0.1/8' is not a network"),
        ("[metrics]\nnetworks = ['x']\n", r"metrics\.networks: 'x' is not a network"),
        ("[http]\ncertificate_file = 'x'\n", "must both be set"),
        ("[http]\npublic_url = 'moede.example.dk'\n", r"http\.public_url"),
        ("[http]\npublic_url = 'https://moede.example.dk/video'\n", "must not have a path"),
        ("[http]\npublic_url = 'https://[::1'\n", r"http\.public_url"),
        ("[http]\npublic_url = 'https://moede.example.dk:99999'\n", r"http\.public_url"),
        ("[http]\npublic_url = 'https://a:b@moede.example.dk'\n", r"http\.public_url"),
        ("[http]\npublic_url = 'https://Møde.dk'\n", r"http\.public_url"),
        ("[http]\nframe_ancestors = [\"'self'; script-src *\"]\n", r"http\.frame_ancestors"),
        ('[http]\nframe_ancestors = ["https://a.dk\\nX: y"]\n', r"http\.frame_ancestors"),
        ("[pages]\nlanguages = ['da', 'sv']\n", r"pages\.languages\[1\]: Invalid enum value 'sv'"),
        ("[pages]\nlanguages = []\n", "length >= 1"),
        ("[pages]\nlanguages = ['da', 'da']\n", "the same language twice"),
        ("[oauth]\nsession_data_from = ['10.0.0.1/8']\n", r"oauth\.session_data_from: '10.0.0.1/8' is not a network"),
        ("[oauth]\ncertificates_from = ['x']\n", r"oauth\.certificates_from: 'x' is not a network"),
        ("[oauth]\nfingerprint_header = 'a: b'\n", "is not the name of a header"),
        ("[[oauth.issuers]]\nissuer = 'https://a.dk'\n", r"oauth\.issuers\[0\]: .*`audience`"),
        ("[[oauth.issuers]]\nissuer = 'https://a.dk'\naudience = ''\n", "audience is needed"),
        ("[[oauth.issuers]]\nissuer = 'http://a.dk'\naudience = 'x'\n", "'http://a.dk' must be as https://"),
        ("[[oauth.issuers]]\nissuer = 'https://u:p@a.dk'\naudience = 'x'\n", "must be as https://"),
        (
            "[[oauth.issuers]]\nissuer = 'https://a.dk'\naudience = 'x'\njwks_url = 'file:///etc/passwd'\n",
            "must be as https://",
        ),
        (
            "[[oauth.issuers]]\nissuer = 'https://a.dk'\naudience = 'x'\nalgorithms = ['HS256']\n",
            "Invalid enum value 'HS256'",
        ),
        ("[[oauth.issuers]]\nissuer = 'https://a.dk'\naudience = 'x'\nalgorithms = []\n", "length >= 1"),
        ("[[oauth.issuers]]\nissuer = 'https://a.dk'\naudience = 'x'\naudiense = 'x'\n", r"did you mean audience\?"),
        ("[http]\nworkers = 2\n", r"unknown key http\.workers; did you mean media\.workers\?"),
        ("[[oauth.issuers]]\nissuer = 'https://a.dk'\naudience = 'x'\n" * 2, "the same issuer twice"),
        ("[staff]\nissuer = 'https://a.dk'\nclient_id = 'x'\n", "is none of oauth.issuers"),
        ("[staff]\nissuer = 'https://a.dk'\n[[oauth.issuers]]\nissuer = 'https://a.dk'\naudience = 'x'\n", "client_id"),
        (
            "[staff]\nissuer = 'https://a.dk'\nclient_id = 'x'\nscopes = ['video']\n"
            "[[oauth.issuers]]\nissuer = 'https://a.dk'\naudience = 'x'\n",
            "openid must be among them",
        ),
        (
            "[http]\npublic_url = 'https://a.dk/'\n[[oauth.issuers]]\nissuer = 'https://a.dk'\naudience = 'x'\n",
            "is this server",
        ),
        ("[overload]\nrelay_levels = [0.7, 0.7, 0.8]\n", r"overload\.relay_levels: three rising numbers, as \[0\.7, "),
        ("[overload]\nloop_levels_s = [3, 2, 1]\n", r"overload\.loop_levels_s: three rising numbers"),
        ("[overload]\nrelay_levels = [0.1, 0.2, 0.3]\n", r"overload\.relay_levels\[0\]: Expected `float` > 0\.15"),
        ("[overload]\nrelay_levels = [0.7, 0.8]\n", r"overload\.relay_levels: Expected `array` of length >= 3"),
        ("[overload]\nrelay_full = 0.8\n", r"overload\.relay_full: must be above the last"),
        ("[overload]\nhold = 3\n", r"did you mean overload\.hold_s\?"),
        ("[tokens]\nsession_lifetime_s = 1.0\n", r"tokens\.session_lifetime_s: Expected `float` >= 60"),
    ],
)
def test_file_that_is_wrong_is_refused_with_the_key_and_a_hint(tmp_path: Path, text: str, match: str) -> None:
    refused(match, toml(tmp_path, text))


def test_file_that_is_absent_is_named() -> None:
    refused("nowhere.toml: No such file", Path("nowhere.toml"))


def test_variable_that_is_unknown_names_the_nearest() -> None:
    refused(
        "unknown environment variable VDX_HTTP_BIND; did you mean VDX_HTTP_BINDS", environment={"VDX_HTTP_BIND": ""}
    )


def test_flag_that_is_unknown_names_the_nearest() -> None:
    refused(r"unknown key http\.bind; did you mean http\.binds", flags={"http.bind": ""})


PRODUCTION = {
    "http.public_url": "https://moede.example.dk",
    "http.trusted_proxies": "10.0.0.0/8",
    "tokens.signing_key_file": "signing-key.pem",
    "api.keys_file": "api-keys.txt",
    "store.sealing_key_file": "sealing-keys.txt",
}


def test_production_with_everything_is_accepted() -> None:
    config.check_production(config.load(None, None, PRODUCTION))


@pytest.mark.parametrize(
    ("absent", "match"),
    [
        ("http.public_url", r"http\.public_url: is needed"),
        ("http.trusted_proxies", "TLS: set http.certificate_file"),
        ("tokens.signing_key_file", r"tokens\.signing_key_file: is needed"),
        ("api.keys_file", r"api\.keys_file: is needed"),
        ("store.sealing_key_file", r"store\.sealing_key_file: is needed"),
    ],
)
def test_production_without_what_it_needs_is_refused(absent: str, match: str) -> None:
    flags = {key: value for key, value in PRODUCTION.items() if key != absent}
    with pytest.raises(Misconfigured, match=match):
        config.check_production(config.load(None, None, flags))


def test_production_without_tls_in_its_links_is_refused() -> None:
    with pytest.raises(Misconfigured, match="must be https"):
        config.check_production(config.load(None, None, PRODUCTION | {"http.public_url": "http://moede.example.dk"}))


def test_loopback_is_told_from_everything_else() -> None:
    def loaded(http: str, media: str) -> Settings:
        return config.load(None, None, {"http.binds": http, "media.binds": media})

    assert config.is_loopback(loaded("127.0.0.1:1,[::1]:1", "127.0.0.2:1"))
    assert not config.is_loopback(loaded("127.0.0.1:1", "0.0.0.0:1"))
    assert not config.is_loopback(loaded("192.0.2.1:1", "127.0.0.1:1"))
    assert not config.is_loopback(loaded("127.0.0.1:1", "[::]:1"))


def test_printed_settings_read_back_as_the_same(tmp_path: Path) -> None:
    settings = config.load(None, None, PRODUCTION | {"media.announced": "192.0.2.1", "http.frame_ancestors": "'self'"})
    text = config.as_toml(settings)
    assert msgspec.to_builtins(settings) == tomllib.loads(text)
    assert config.load(toml(tmp_path, text)) == settings


ISSUERS = """
[[oauth.issuers]]
issuer = "https://login.example.dk/realms/video"
audience = "video"
role_claim = "/realm_access/roles"
[[oauth.issuers]]
issuer = "http://localhost:8080"
audience = "x"
algorithms = ["ES256"]
"""


def test_issuers_are_tables_in_the_file_and_json_elsewhere(tmp_path: Path) -> None:
    of_file = config.load(toml(tmp_path, ISSUERS)).oauth.issuers
    assert [one.audience for one in of_file] == ["video", "x"]
    assert (of_file[0].role_claim, of_file[1].algorithms) == ("/realm_access/roles", ["ES256"])
    assert config.load(None, {"VDX_OAUTH_ISSUERS": msgspec.json.encode(of_file).decode()}).oauth.issuers == of_file
    refused("oauth.issuers: not JSON", environment={"VDX_OAUTH_ISSUERS": "[{"})


def test_printed_issuers_read_back_as_the_same(tmp_path: Path) -> None:
    settings = config.load(toml(tmp_path, ISSUERS))
    assert config.load(toml(tmp_path, config.as_toml(settings))) == settings


def test_example_file_is_valid_and_names_every_key_with_its_default() -> None:
    path = Path(__file__).resolve().parents[2] / "vdxmedia.example.toml"
    config.check_production(config.load(path))
    set_there = tomllib.loads(path.read_text(encoding="utf-8"))
    lines = (line.removeprefix("# ") if " = " in line else line for line in path.read_text("utf-8").splitlines())
    everything = tomllib.loads("\n".join(lines))
    named = {f"{section}.{name}": value for section, table in everything.items() for name, value in table.items()}
    assert set(named) == set(config.known_keys())
    for key, default in config.known_keys().items():
        section, _, name = key.partition(".")
        assert named[key] == default or name in set_there.get(section, {}), key
