"""With which programs and libraries a whole server was measured; those of forwarding alone are in `src/report.rs`."""

from __future__ import annotations

import platform
import ssl
from importlib.metadata import version

from cryptography.hazmat.backends.openssl import backend

LIBRARIES = (
    "aiortc",
    "pyopenssl",
    "cryptography",
    "aiohttp",
    "python-socketio",
    "python-engineio",
    "uvloop",
    "msgspec",
)
"""What a join runs through."""


def of_python() -> dict[str, str]:
    """By name; OpenSSL twice, since cryptography (DTLS, tokens) brings its own."""
    return {
        "kernel": platform.release(),
        "python": f"{platform.python_implementation()} {platform.python_version()}",
        "OpenSSL of DTLS": backend.openssl_version_text(),
        "OpenSSL of Python": ssl.OPENSSL_VERSION,
        **{name: version(name) for name in LIBRARIES},
    }
