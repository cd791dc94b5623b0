"""Makes what sends SMS, from the settings: gateways, the outbox and its worker, the message desk."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass

from vdxmedia.booking.messages.calendar_words import Language
from vdxmedia.booking.messages.quota import Quota
from vdxmedia.clock import Clock
from vdxmedia.config import Settings, SmsGateway
from vdxmedia.credentials import Credentials
from vdxmedia.hub.booking_store import BookingStore
from vdxmedia.hub.bookings_port import Bookings
from vdxmedia.hub.callbacks import Callbacks
from vdxmedia.hub.counters import Counters
from vdxmedia.hub.messages import Messages, MessageTerms
from vdxmedia.hub.messages_port import Inbox
from vdxmedia.hub.messages_port import SmsGateway as Gateway
from vdxmedia.hub.outbox_worker import SMS_RESULTS, OutboxWorker
from vdxmedia.integrations.callbacks import GuardedCallbacks
from vdxmedia.integrations.sms.asking import Asking
from vdxmedia.integrations.sms.development import DevelopmentGateway
from vdxmedia.integrations.sms.gatewayapi import GatewayApi
from vdxmedia.integrations.sms.generic import Description, GenericGateway
from vdxmedia.integrations.sms.kannel import Kannel
from vdxmedia.integrations.sms.twilio import Twilio
from vdxmedia.observability import Metrics
from vdxmedia.store.messages import Messages as Outbox
from vdxmedia.store.units import Units

FIRST, SECOND = "first", "second"
"""Names of the gateways, in addresses of reports and in logs."""


@dataclass(frozen=True, slots=True)
class MessageParts:
    desk: Messages
    worker: OutboxWorker
    """Its `run` is to be started as a task."""
    inbox: Inbox | None
    """In development only."""


@contextlib.asynccontextmanager
async def open_messages(
    settings: Settings,
    credentials: Credentials,
    bookings: Bookings,
    meetings: BookingStore,
    units: Units,
    clock: Clock,
    *,
    counters: Counters,
    metrics: Metrics,
    public_url: str,
    is_for_development: bool,
) -> AsyncIterator[MessageParts]:
    """Raises: Misconfigured."""
    sms = settings.sms
    async with (
        Asking() as asking,
        GuardedCallbacks(sms.callback_networks, allows_loopback=is_for_development, counters=counters) as calling,
    ):
        gateways: list[Gateway] = []
        for name, section, table in (
            (FIRST, settings.sms_gateway, "sms_gateway"),
            (SECOND, settings.sms_second_gateway, "sms_second_gateway"),
        ):
            if section.shape != "none":
                gateways.append(make_gateway(name, section, credentials.sms_secrets.get(table, ""), asking))
        inbox: DevelopmentGateway | None = None
        if is_for_development and not gateways:
            inbox = DevelopmentGateway(clock)
            gateways.append(inbox)
        for one in gateways:
            for result in SMS_RESULTS:
                metrics.sms.labels(one.name, result)
        outbox = Outbox(units, credentials.sealer)
        desk = Messages(
            bookings,
            meetings,
            outbox,
            gateways,
            clock,
            terms=MessageTerms(
                quota=Quota(per_organisation=sms.per_organisation_a_day, per_number=sms.per_number_a_day),
                language=Language(sms.language),
                countries=frozenset(sms.countries),
                short_link_base=settings.booking.short_link_base or f"{public_url}/m/",
                test_link_base=f"{public_url}/test#m=",
            ),
            sealer=credentials.sealer,
            counters=counters,
            wake=lambda: worker.wake(),
        )
        callbacks = Callbacks(outbox, calling, desk.callback_url, clock, counters=counters, wake=lambda: worker.wake())
        worker = OutboxWorker(
            outbox,
            gateways,
            desk,
            callbacks,
            clock,
            counters=counters,
            sender=sms.sender,
            report_url=lambda gateway, reference: (
                f"{public_url}/api/v1/sms/reports/{gateway}/{desk.report_token(reference)}"
            ),
            kept_days=sms.kept_days,
            count=lambda gateway, result: metrics.sms.labels(gateway, result).inc(),
        )
        yield MessageParts(desk, worker, inbox)


def make_gateway(name: str, section: SmsGateway, secret: str, asking: Asking) -> Gateway:
    """Raises: Misconfigured."""
    if section.shape == "gatewayApi":
        return GatewayApi(name, section.url, secret, asking)
    if section.shape == "twilio":
        return Twilio(name, section.url, section.user, secret, asking)
    if section.shape == "kannel":
        return Kannel(name, section.url, section.user, secret, asking)
    return GenericGateway(
        Description(
            name=name,
            url=section.url,
            method=section.method,
            headers=section.headers,
            body=section.body,
            is_form=section.body_form == "form",
            success_statuses=section.success_statuses,
            id_path=section.id_path,
            report_path=section.report_path,
            report_delivered=section.report_delivered,
            report_failed=section.report_failed,
            user=section.user,
            secret=secret,
        ),
        asking,
    )
