"""Pins what `sfu/dtls.py` uses of aiortc and pyOpenSSL beyond their public surface, for newer versions."""

from __future__ import annotations

import inspect
from importlib.metadata import version

from aiortc import rtcdtlstransport
from aiortc.rtcdtlstransport import RTCCertificate, RTCDtlsTransport
from OpenSSL import SSL


def test_aiortc_is_the_minor_version_that_was_read() -> None:
    assert version("aiortc").startswith("1.16.")


def test_transport_has_the_names_that_are_overridden_or_read() -> None:
    for name in ("_do_handshake", "_validate_peer_identity", "_setup_srtp", "_write_ssl", "_set_role", "_set_state"):
        assert callable(getattr(RTCDtlsTransport, name)), name
    assert inspect.iscoroutinefunction(RTCDtlsTransport._do_handshake)
    assert inspect.iscoroutinefunction(RTCDtlsTransport._write_ssl)
    assert not inspect.iscoroutinefunction(RTCDtlsTransport._setup_srtp)
    assert list(inspect.signature(RTCDtlsTransport._validate_peer_identity).parameters) == ["self", "remoteParameters"]
    source = inspect.getsource(RTCDtlsTransport)
    for attribute in ("self._ssl", "self._srtp_profiles", "self._task", "self._role", "self._state"):
        assert f"{attribute} = " in source or f"{attribute}: " in source, attribute


def test_start_runs_handshake_then_identity_then_keys() -> None:
    source = inspect.getsource(RTCDtlsTransport.start)
    steps = ["_create_ssl_context", "self._do_handshake()", "self._validate_peer_identity(", "self._setup_srtp()"]
    places = [source.index(step) for step in steps]
    assert places == sorted(places)
    assert source.count("State.FAILED") == 3


def test_transport_needs_only_recv_send_and_role_of_what_is_below() -> None:
    source = inspect.getsource(RTCDtlsTransport)
    assert {
        part.split("(")[0].split(",")[0].split(":")[0].split()[0] for part in source.split("self.transport.")[1:]
    } == {
        "role",
        "_recv",
        "_send",
    }


def test_certificate_makes_the_context_in_one_place() -> None:
    assert list(inspect.signature(RTCCertificate._create_ssl_context).parameters) == ["self", "srtp_profiles"]
    assert hasattr(rtcdtlstransport, "State")


def test_profiles_have_the_sizes_the_relay_expects() -> None:
    gcm, cm = rtcdtlstransport.SRTP_AEAD_AES_128_GCM, rtcdtlstransport.SRTP_AES128_CM_SHA1_80
    assert (gcm.openssl_profile, gcm.key_length + gcm.salt_length) == (b"SRTP_AEAD_AES_128_GCM", 28)
    assert (cm.openssl_profile, cm.key_length + cm.salt_length) == (b"SRTP_AES128_CM_SHA1_80", 30)
    material = bytes(range(56))
    assert gcm.get_key_and_salt(material, 0) == material[:16] + material[32:44]
    assert gcm.get_key_and_salt(material, 1) == material[16:32] + material[44:56]


def test_openssl_can_cap_version_and_size() -> None:
    for name in ("set_min_proto_version", "set_max_proto_version", "set_options", "set_session_cache_mode"):
        assert hasattr(SSL.Context, name), name
    for name in ("get_cipher_name", "master_key", "client_random", "server_random", "shutdown"):
        assert callable(getattr(SSL.Connection, name)), name
    for name in ("set_ciphertext_mtu", "get_selected_srtp_profile", "export_keying_material", "bio_read"):
        assert hasattr(SSL.Connection, name), name
