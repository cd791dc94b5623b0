"""Passwords of those who sign in at the staff page where no other login is connected: kept as Argon2id, RFC 9106.

Long rather than strange (NIST SP 800-63B §3.1.1): at least `MIN_CHARS`, any characters, and not one that everybody
tries first. The text is normalised, so that the same password typed on another keyboard is the same. The parameters
stand in the hash: raise them here, and the old ones are still read. Blocking: some 50 ms of a processor, which the
event loop spends elsewhere.
"""

from __future__ import annotations

import re
import secrets
import unicodedata

from cryptography.exceptions import InvalidKey
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id

MIN_CHARS = 12
MAX_CHARS = 128
MEMORY_KIB, ITERATIONS, LANES = 19 * 1024, 2, 1
"""OWASP's Password Storage Cheat Sheet."""
SALT_BYTES, HASH_BYTES = 16, 32
MIN_OWN_CHARS = 8
"""What must be left of it beside the person's own address."""
COMMON = frozenset(
    word
    for line in (
        "adgangskode password kodeord passord losenord passwort velkommen welcome sommer summer vinter winter efterar",
        "forar kommune region sygehus hospital danmark denmark kobenhavn aarhus odense aalborg esbjerg admin",
        "administrator",
        "qwerty qwertyuiop qwertyuiopa asdfghjkl qwertyasdfgh videomode videomoder vdxmedia iloveyou jegelskerdig",
        "letmein changeme hemmelig hemmeligt secret superhemmelig fodbold football mandag tirsdag onsdag",
        "torsdag fredag",
        "lordag sondag januar februar marts april maj juni juli august september oktober november december",
        "abcdefghijkl abcdefghijklm test testtest min mit den det er og the my is",
    )
    for word in line.split()
)
"""Words; of such alone a password is soon guessed, for figures and signs around them are what everybody adds."""
_SIGNS = str.maketrans({"@": "a", "$": "s"})
_PLAIN = str.maketrans({"æ": "ae", "ø": "o", "å": "a", "0": "o", "1": "i", "3": "e", "4": "a", "5": "s"})


def is_guessable(password: str, email: str = "") -> bool:
    """Whether it is among the first that somebody would try for this person."""
    text = _normal(password).lower()
    if len(set(text)) < 5 or text.isdigit() or text in (text + text)[1:-1]:
        return True
    own = [part for part in re.split(r"[^a-z0-9æøå]+", email.lower()) if len(part) >= 4]
    rest = text
    for part in own:
        rest = rest.replace(part, "")
    if len(rest) < MIN_OWN_CHARS:
        return True
    words = [word for one in re.split(r"[\W_]+", text.translate(_SIGNS)) if (word := _plain(one.strip("0123456789")))]
    return "".join(words) in COMMON or all(word in COMMON or word in own for word in words)


def hashed(password: str) -> str:
    """With a salt of its own."""
    kdf = Argon2id(
        salt=secrets.token_bytes(SALT_BYTES),
        length=HASH_BYTES,
        iterations=ITERATIONS,
        lanes=LANES,
        memory_cost=MEMORY_KIB,
    )
    return kdf.derive_phc_encoded(_normal(password).encode())


def is_password(password: str, kept: str) -> bool:
    """`kept`: as `hashed` gave it."""
    try:
        Argon2id.verify_phc_encoded(_normal(password).encode(), kept)
    except (InvalidKey, ValueError):
        return False
    return True


def _normal(password: str) -> str:
    return unicodedata.normalize("NFC", password)


def _plain(text: str) -> str:
    return text.translate(_PLAIN)
