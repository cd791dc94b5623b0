"""From verified claims to a `Caller`. Nothing is guessed from what is nearly right."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from vdxmedia.api.access_tokens import IssuerTerms, invalid
from vdxmedia.booking.callers import PROVISIONS, Caller, CallerRole
from vdxmedia.booking.organisations import MAX_CODE_CHARS, Tree
from vdxmedia.errors import NotAllowed

MAX_EMAIL_CHARS = 254
"""RFC 5321 §4.5.3.1.3, without the brackets."""
MAX_ROLES = 1_000
"""Of all kinds; Keycloak lists what a person may in other services too."""
MAX_CLIENT_CHARS = 120
CLIENT_CLAIMS = ("azp", "client_id", "clientId", "sub")
"""OpenID Connect Core §2, RFC 9068 §2.2, Keycloak's; the first that is there."""
_KNOWN_ROLES = {str(role): role for role in CallerRole}


def caller_of(claims: Mapping[str, Any], terms: IssuerTerms, address: str) -> Caller:
    """Raises: NotAllowed `token_invalid` for a claim that is not as it should be, `not_permitted` without a role of
    ours or without an organisation."""
    roles = known_roles(_claim(claims, terms.role_claim))
    organisation = _text(_claim(claims, terms.organisation_claim), "organisation", MAX_CODE_CHARS)
    check_reach(roles, organisation)
    return Caller(
        organisation=organisation,
        email=_text(_claim(claims, terms.email_claim), "e-mail", MAX_EMAIL_CHARS),
        roles=roles,
        client=_client(claims),
        auto_organisation=_text(_claim(claims, terms.auto_organisation_claim), "organisation", MAX_CODE_CHARS),
        address=address,
    )


def check_reach(roles: frozenset[CallerRole], organisation: str) -> None:
    """Raises: NotAllowed `not_permitted`."""
    if not roles:
        raise NotAllowed("the token has none of the roles that are known here")
    if not organisation and roles.isdisjoint(PROVISIONS):
        raise NotAllowed("the token names no organisation")


def check_issuer_reach(caller: Caller, organisations: Sequence[str], tree: Tree) -> None:
    """For an issuer that speaks for some organisations only: one municipality's must not make callers of another's.

    An organisation that is not known yet is judged by the one that it is to be made under. Raises: NotAllowed
    `not_permitted`, also for provisioners, who see the rooms of all.
    """
    spoken_for = caller.organisation if caller.organisation in tree else caller.auto_organisation
    is_within = any(tree.is_at_or_below(spoken_for, top) for top in organisations)
    if not is_within or not caller.roles.isdisjoint(PROVISIONS):
        raise NotAllowed("the token's issuer does not speak for this organisation and role")


def known_roles(value: Any) -> frozenset[CallerRole]:
    """Those that are ours of one role, several with spaces between, or a list. Raises: NotAllowed `token_invalid`."""
    if value is None:
        return frozenset()
    names = value.split() if isinstance(value, str) else value
    if not isinstance(names, list) or len(names) > MAX_ROLES or not all(isinstance(name, str) for name in names):
        raise invalid("its roles are not texts")
    return frozenset(_KNOWN_ROLES[name] for name in names if name in _KNOWN_ROLES)


def _claim(claims: Mapping[str, Any], name: str) -> Any:
    """A member by its name; with a slash in front by its path (RFC 6901). None: not there."""
    if not name.startswith("/"):
        return claims.get(name)
    found: Any = claims
    for step in name[1:].split("/"):
        if not isinstance(found, Mapping):
            return None
        found = found.get(step.replace("~1", "/").replace("~0", "~"))
    return found


def _text(value: Any, what: str, most: int) -> str:
    if value is None:
        return ""
    if not isinstance(value, str) or len(value) > most or not value.isprintable() or value != value.strip():
        raise invalid(f"its {what} is not a text of at most {most} visible characters")
    return value


def _client(claims: Mapping[str, Any]) -> str:
    for name in CLIENT_CLAIMS:
        value = claims.get(name)
        if isinstance(value, str) and value:
            return value[:MAX_CLIENT_CHARS] if value.isprintable() else ""
    return ""
