"""What a development server has in its store from the beginning: organisations, and a client that may call for one."""

from __future__ import annotations

from vdxmedia.booking.audit import AuditOperation, note_of
from vdxmedia.booking.callers import CallerRole
from vdxmedia.booking.clients import Client, ClientSecret
from vdxmedia.booking.organisations import Organisation, Tree
from vdxmedia.hub.clients import secret_hash
from vdxmedia.sealing import Sealer
from vdxmedia.store.booking_rows import Rows
from vdxmedia.store.clients import StoredClients
from vdxmedia.store.units import Units

ORGANISATION = "dev"
ORGANISATIONS = (
    Organisation(code=ORGANISATION, name="Udviklerkommunen"),
    Organisation(code="dev-hjemmepleje", name="Hjemmeplejen", parent=ORGANISATION),
    Organisation(code="dev-genoptraening", name="Genoptræningen", parent=ORGANISATION),
)
CLIENT = "dev"
SECRET_WORKS_S = 24 * 3600
"""A store that outlives its development server must not be left with a secret that was once on a screen."""


async def add_client(units: Units, sealer: Sealer, secret: str, now: int) -> None:
    """Or gives the one that is there this secret. Raises: Refused `store_unavailable`."""
    tree = Tree(await units.read(lambda connection: Rows(connection, sealer).organisations()))
    if ORGANISATION not in tree:
        await units.write(lambda connection: Rows(connection, sealer).add_organisation(ORGANISATIONS[0]))
    client = Client(
        name=CLIENT,
        roles=(CallerRole.ADMIN,),
        organisation=ORGANISATION,
        secrets=(ClientSecret(hash=secret_hash(secret), created_at=now, expires_at=now + SECRET_WORKS_S),),
        created_at=now,
    )
    stored = StoredClients(units)
    is_new = await stored.client(CLIENT) is None
    operation = AuditOperation.CREATE if is_new else AuditOperation.UPDATE
    note = note_of(ORGANISATION, None, operation, "client", CLIENT, now)
    await (stored.add if is_new else stored.save)(client, note, sealer)
