"""The desks of a conference, in the order in which they are asked. A new concern is a new line here."""

from __future__ import annotations

from collections.abc import Callable

from vdxmedia.conference.assembly import Assembly
from vdxmedia.conference.desk import Desk
from vdxmedia.conference.layout_desk import LayoutDesk
from vdxmedia.conference.settings_desk import SettingsDesk

DESKS: tuple[Callable[[Assembly], Desk], ...] = (SettingsDesk, LayoutDesk)
