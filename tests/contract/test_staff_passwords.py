"""Signing in at the staff page with a password: how one gets it, how it is lost, and what guessing brings."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import Row, select
from sqlalchemy.ext.asyncio import AsyncConnection

from tests.contract.assembled import AssembledServer, assembled
from tests.contract.test_staff import INVITATION, OWN, Staff, invite
from vdxmedia import credentials, passwords
from vdxmedia.api.staff import SESSION
from vdxmedia.assembly import development
from vdxmedia.booking.audit import AuditOperation, note_of
from vdxmedia.errors import NotFound
from vdxmedia.hub import staff_accounts
from vdxmedia.store.audit import AuditLog
from vdxmedia.store.persons import Persons
from vdxmedia.store.schema import staff_accounts as table
from vdxmedia.store.staff_accounts import StoredStaffAccounts

EMAIL, PASSWORD = "anna@aarhus.dk", "fire katte på taget"
SEALER = credentials.for_development().sealer
TODAY = "/api/v1/days/today"
ANOTHER = "j" * 43


@pytest.fixture
async def server() -> AsyncIterator[AssembledServer]:
    async with assembled({"http.trusted_proxies": "127.0.0.0/8"}) as server:
        await server.server.seed(development.ORGANISATIONS)
        yield server


@pytest.fixture
async def staff(server: AssembledServer) -> AsyncIterator[Staff]:
    staff = Staff(server)
    yield staff
    await staff.http.close()


async def settle(staff: Staff, password: str = PASSWORD, token: str = INVITATION) -> None:
    await invite(staff.server, token)
    await staff.ask("POST", SESSION, {"invitation": token, "password": password})


async def sign_in(staff: Staff, password: str = PASSWORD, *, email: str = EMAIL, address: str = "192.0.2.1") -> str:
    """The code, '' when signed in."""
    headers = {**OWN, "Content-Type": "application/json", "X-Forwarded-For": address}
    body = json.dumps({"email": email, "password": password})
    async with staff.http.post(staff.server.url + SESSION, data=body, headers=headers) as answer:
        told = await answer.json()
        staff.answer = answer
        return "" if answer.status == 200 else str(told["code"])


async def test_invited_person_chooses_a_password_and_signs_in_with_it_from_then_on(staff: Staff) -> None:
    await invite(staff.server)
    for password, code in (
        ("", "password_short"),
        ("kort kode 1", "password_short"),
        ("Adgangskode1234", "password_guessable"),
    ):
        await staff.ask("POST", SESSION, {"invitation": INVITATION, "password": password}, status=422, code=code)
    begun = await staff.ask("POST", SESSION, {"invitation": INVITATION, "password": PASSWORD})
    assert (begun["person"]["email"], begun["person"]["roles"]) == (EMAIL, ["meeting-admin"])
    await staff.ask(
        "POST", SESSION, {"invitation": INVITATION, "password": PASSWORD}, status=404, code="invitation_unknown"
    )
    await staff.ask("DELETE", SESSION)
    await staff.ask("GET", TODAY, status=401)
    assert await sign_in(staff, email=" Anna@Aarhus.DK ") == ""
    person = (await staff.ask("GET", SESSION))["person"]
    assert (person["email"], person["organisation"]) == (EMAIL, development.ORGANISATION)
    await staff.ask("GET", TODAY)
    log = AuditLog(staff.server.server.database.units, SEALER)
    lines = [line async for line in log.entries(development.ORGANISATION, datetime.now(UTC).date().isoformat())]
    noted = [line for line in lines if line.entry.resource == "administrator"]
    assert [(line.entry.operation.value, line.entry.fields, line.email) for line in noted] == [
        ("create", ("password",), EMAIL)
    ]


async def test_neither_the_password_nor_the_email_can_be_read_in_the_table(staff: Staff) -> None:
    await settle(staff)
    units = staff.server.server.database.units

    async def rows(connection: AsyncConnection) -> Sequence[Row[Any]]:
        return (await connection.execute(select(table))).all()

    (row,) = await units.read(rows)
    assert "$argon2id$v=19$m=19456,t=2,p=1$" in str(row)
    assert not any(word in str(row) for word in ("anna", "katte"))


async def test_who_is_not_there_hears_the_same_as_who_mistypes(staff: Staff) -> None:
    await settle(staff)
    told = []
    for email in (EMAIL, "nobody@aarhus.dk", "not an e-mail"):
        assert await sign_in(staff, "wrong password here", email=email) == "password_wrong"
        told.append((staff.answer.status, {k: v for k, v in staff.answer.headers.items() if k != "Date"}))
    assert told[0] == told[1] == told[2]


async def test_unknown_account_costs_the_server_a_hash_as_a_known_one_does(
    staff: Staff, monkeypatch: pytest.MonkeyPatch
) -> None:
    await settle(staff)
    looked: list[str] = []
    is_password = passwords.is_password

    def look(shown: str, kept: str) -> bool:
        looked.append(kept)
        return is_password(shown, kept)

    monkeypatch.setattr(passwords, "is_password", look)
    for email in (EMAIL, "nobody@aarhus.dk"):
        assert await sign_in(staff, "nobody has this password", email=email) == "password_wrong"
    assert [kept.rpartition("$")[0].rpartition("$")[0] for kept in looked] == ["$argon2id$v=19$m=19456,t=2,p=1"] * 2


async def test_guessing_is_held_back_per_address_and_per_account_and_keeps_nobody_else_out(staff: Staff) -> None:
    await settle(staff)
    # All at once: the tries are counted before they are looked at.
    codes = await asyncio.gather(*[sign_in(staff, f"wrong password {n}") for n in range(15)])
    assert sorted(codes) == ["password_wrong"] * 10 + ["rate_limited"] * 5
    assert await sign_in(staff) == "rate_limited"  # the right one too: it would tell
    assert staff.answer.status == 429
    assert 0 < int(staff.answer.headers["Retry-After"]) <= 60
    # Another account from there, and this one from elsewhere: the address waits, the person at home does not.
    assert await sign_in(staff, email="bent@aarhus.dk") == "rate_limited"
    assert await sign_in(staff, address="198.51.100.7") == ""
    # Each of many machines has one guess.
    for number in range(1, 4):
        assert await sign_in(staff, "guess", address=f"203.0.113.{number}") == "password_wrong"
        assert await sign_in(staff, "guess", address=f"203.0.113.{number}") == "rate_limited"
    assert await sign_in(staff, address="198.51.100.7") == ""


async def test_sign_in_gives_another_cookie_and_takes_a_planted_one_away(staff: Staff) -> None:
    await settle(staff)
    planted = staff.token
    assert await sign_in(staff) == ""
    assert staff.token
    assert staff.token != planted
    cookies = {"Cookie": f"vdx_staff={planted}"}
    other = Staff(staff.server)
    try:
        await other.ask("GET", TODAY, headers={**OWN, **cookies}, status=401, code="session_ended")
    finally:
        await other.http.close()


async def test_another_sites_page_signs_nobody_in(staff: Staff) -> None:
    await settle(staff)
    shown = {"email": EMAIL, "password": PASSWORD}
    for headers in (
        {},
        {**OWN, "Sec-Fetch-Site": "cross-site"},
        {"X-Vdx-Staff": "1", "Origin": "https://evil.example"},
    ):
        await staff.ask("POST", SESSION, shown, headers=headers, status=403, code="cross_site")


async def test_new_invitation_gives_another_password_and_ends_sessions_of_the_old_one(staff: Staff) -> None:
    await settle(staff)
    other = Staff(staff.server)
    try:
        await settle(other, "seks mus i kælderen", ANOTHER)
        await staff.ask("GET", TODAY, status=401)
        await other.ask("GET", TODAY)
        assert await sign_in(staff) == "password_wrong"
        assert await sign_in(staff, "seks mus i kælderen") == ""
    finally:
        await other.http.close()


async def test_removed_administrator_is_signed_out_and_stays_out(staff: Staff, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(staff_accounts, "CURRENT_S", 0.0)
    await settle(staff)
    await invite(staff.server, ANOTHER)
    stored = StoredStaffAccounts(staff.server.server.database.units, SEALER)
    await stored.remove("Anna@Aarhus.dk", 1_800_000_000)
    await staff.ask("GET", TODAY, status=401)
    assert await sign_in(staff) == "password_wrong"
    await staff.ask("POST", SESSION, {"invitation": ANOTHER, "password": PASSWORD}, status=404)
    with pytest.raises(NotFound):
        await stored.remove(EMAIL, 1_800_000_000)


async def test_person_who_asks_is_shown_the_account_and_gets_it_erased(staff: Staff) -> None:
    await settle(staff)
    persons = Persons(staff.server.server.database.units, SEALER)
    assert (await persons.find("", EMAIL))["staffAccounts"] == [development.ORGANISATION]
    note = note_of("", None, AuditOperation.DELETE, "person", "someone", 1_800_000_000)
    assert (await persons.erase("", EMAIL, note))["staffAccounts"] == 1
    assert await sign_in(staff) == "password_wrong"


async def test_shown_in_any_other_way_is_refused(staff: Staff) -> None:
    for shown in (
        {"email": EMAIL},
        {"password": PASSWORD},
        {"email": EMAIL, "password": PASSWORD, "invitation": INVITATION},
        {"email": EMAIL, "password": "x" * 129},
        {"email": EMAIL, "password": PASSWORD, "role": "meeting-admin"},
        {},
    ):
        await staff.ask("POST", SESSION, shown, status=422, code="validation_failed")
