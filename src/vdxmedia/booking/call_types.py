"""VDX `callType`: what guests may send and receive, as a number or in words (`AudioSendRecvVideoSendRecv…`)."""

from __future__ import annotations

import re

ALL = 126
"""AudioSend 2, AudioRecv 4, VideoSend 8, VideoRecv 16, PresentationSend 32, PresentationRecv 64, added up."""
PRESENTATION_SEND = 32
_FIRST_BIT = {"audio": 2, "video": 8, "presentation": 32, "pres": 32}
_GROUP = re.compile(r"(audio|video|presentation|pres)(send)?(recv|receive)?", re.IGNORECASE)


def bits(text: str) -> int:
    """0 to 126; all for an empty text and for one that this server does not understand: it is free text."""
    text = text.strip()
    if text.isascii() and text.isdecimal() and len(text) <= 3:
        number = int(text)
        return number if number <= ALL and number % 2 == 0 else ALL
    found, position = 0, 0
    while position < len(text):
        group = _GROUP.match(text, position)
        if group is None or not (group[2] or group[3]):
            return ALL
        send = _FIRST_BIT[group[1].lower()]
        found |= (send if group[2] else 0) | (2 * send if group[3] else 0)
        position = group.end()
    return found if text else ALL
