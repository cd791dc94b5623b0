"""Development's inbox at `/dev/sms`: what citizens' telephones would show, newest first, links to be tapped.

Served only where the development key is in force, which loopback alone can reach. The page has no script: it loads
itself anew every few seconds.
"""

from __future__ import annotations

import re
from html import escape

from aiohttp import web

from vdxmedia.api.pages import security_headers
from vdxmedia.booking.messages.calendar_words import Language, date_words, local, time_words
from vdxmedia.hub.messages_port import Inbox, Received

RELOAD_S = 3
_LINK = re.compile(r"https?://[^\s<>\"']+[^\s<>\"'.,;:!?)]")

PAGE = """<!doctype html>
<html lang="da">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="refresh" content="{reload}">
<title>Beskeder (udvikling)</title>
<link rel="icon" href="/favicon.svg" type="image/svg+xml">
<link rel="stylesheet" href="/dev/sms.css">
</head>
<body>
<main>
<header>
<h1>Beskeder</h1>
<p>Her lander de SMS, som ellers var sendt. Ingen har fået dem.</p>
</header>
{threads}
</main>
</body>
</html>
"""
EMPTY = """<p class="empty">Der er ingen beskeder endnu. Book et møde, og send en SMS med
<a href="/api/docs">API’et</a>. Siden henter selv nye.</p>"""
STYLE = """:root {
  color-scheme: light dark;
  --paper: #f6f3ec; --surface: #fffdf8; --ink: #22251f; --ink-soft: #575b52; --line: #d9d4c8;
  --brand: #1f5b4a; --bubble: #e6e9e2; --focus: #1f5b4a;
  font: 1.125rem/1.5 "IBM Plex Sans", system-ui, sans-serif;
}
@media (prefers-color-scheme: dark) { :root {
  --paper: #1b1c19; --surface: #252722; --ink: #f2efe8; --ink-soft: #bdbcb2; --line: #43463e;
  --brand: #8fd0b8; --bubble: #343831; --focus: #8fd0b8;
} }
* { box-sizing: border-box; }
body { margin: 0; min-height: 100vh; background: var(--paper); color: var(--ink); }
main { max-width: 26rem; margin: 0 auto; padding: 1.5rem 1rem 3rem; }
h1 { margin: 0 0 .25rem; font-size: 2rem; line-height: 1.25; font-weight: 600; }
header p { margin: 0 0 1.5rem; color: var(--ink-soft); }
section { background: var(--surface); border: 1px solid var(--line); border-radius: 12px; padding: 1rem;
  margin-bottom: 1rem; }
h2 { margin: 0 0 .75rem; font-size: 1.125rem; font-weight: 600; font-variant-numeric: tabular-nums; }
article { margin: 0 0 1rem; }
article:last-child { margin-bottom: 0; }
.bubble { margin: 0; padding: .75rem 1rem; background: var(--bubble); border-radius: 12px 12px 12px 4px;
  overflow-wrap: anywhere; white-space: pre-wrap; }
.bubble a { color: var(--brand); text-underline-offset: .15em; }
.bubble a:focus-visible, .empty a:focus-visible { outline: 3px solid var(--focus); outline-offset: 2px; }
footer { margin: .25rem 0 0 1rem; color: var(--ink-soft); font-size: 1rem; font-variant-numeric: tabular-nums; }
.empty { color: var(--ink-soft); }
.empty a { color: var(--brand); }
"""


class SmsInbox:
    """Immutable."""

    def __init__(self, inbox: Inbox) -> None:
        self._inbox = inbox
        self._headers = security_headers(["'none'"]) | {"Cache-Control": "no-store"}

    def routes(self) -> list[web.RouteDef]:
        return [web.get("/dev/sms", self.page), web.get("/dev/sms.css", self.style)]

    async def page(self, request: web.Request) -> web.Response:
        by_number: dict[str, list[Received]] = {}
        for message in self._inbox.received():
            by_number.setdefault(message.to, []).append(message)
        threads = "\n".join(_thread(number, messages) for number, messages in by_number.items())
        page = PAGE.format(reload=RELOAD_S, threads=threads or EMPTY)
        return web.Response(text=page, content_type="text/html", headers=self._headers)

    async def style(self, request: web.Request) -> web.Response:
        return web.Response(text=STYLE, content_type="text/css", headers=self._headers)


def _thread(number: str, messages: list[Received]) -> str:
    return f"<section>\n<h2>{escape(_spaced(number))}</h2>\n{''.join(map(_bubble, messages))}</section>"


def _bubble(message: Received) -> str:
    day = date_words(message.at, Language.DANISH, seen_at=message.at)
    parts = "1 SMS" if message.segments == 1 else f"{message.segments} SMS"
    return (
        f'<article>\n<p class="bubble">{_linked(message.text)}</p>\n'
        f'<footer>{escape(message.sender)}, <time datetime="{local(message.at).isoformat()}">{day} '
        f"kl. {time_words(message.at, Language.DANISH)}</time>, {parts}</footer>\n</article>\n"
    )


def _linked(text: str) -> str:
    """The text as HTML, its addresses as links."""
    parts, at = [], 0
    for found in _LINK.finditer(text):
        address = escape(found.group(0))
        parts += [escape(text[at : found.start()]), f'<a href="{address}" rel="noreferrer">{address}</a>']
        at = found.end()
    return "".join([*parts, escape(text[at:])])


def _spaced(number: str) -> str:
    """`+45 20 12 34 56`; others as they are."""
    if number.startswith("+45") and len(number) == 11:
        return " ".join([number[:3], *(number[at : at + 2] for at in range(3, 11, 2))])
    return number
