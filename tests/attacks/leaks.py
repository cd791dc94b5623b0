"""Lines that a log must never have, each told where somebody in haste might tell it: with one of them in, the test
that reads the log of a whole call must fail. `tests.attacks.unguarded` plants them, as it takes out the defences.
"""

from __future__ import annotations

from tests.attacks.defence import Defence, Edit

READER = "test_whole_call_leaves_no_word_about_its_people_in_the_log_at_any_level"
SESSION, NAMESPACE = "src/vdxmedia/signalling/session.py", "src/vdxmedia/signalling/namespace.py"
COMMAND = '        logger.debug("< %s room=%s participant=%s", type(message).__name__, self._room, self._participant)\n'
HELLO = "            hello = decode_hello(auth)\n"
HERE = "import logging; logging.getLogger(__name__)"
"""In modules that log nothing."""


def leak(what: str, path: str, before: str, line: str) -> Defence:
    """`line` behind `before`, as deep as the last line of that."""
    last = before.splitlines()[-1]
    depth = last[: len(last) - len(last.lstrip(" "))]
    return Defence(f"the log says {what}", (READER,), (Edit(path, before, f"{before}{depth}{line}\n"),))


LEAKS = (
    leak("names", SESSION, COMMAND, 'logger.info("joins name=%s", getattr(message, "name", None))'),
    leak("what is written", SESSION, COMMAND, 'logger.debug("writes %s", getattr(message, "text", None))'),
    leak("what is offered", SESSION, COMMAND, 'logger.debug("offers %s", getattr(message, "sdp", None))'),
    leak("tokens", NAMESPACE, HELLO, 'logger.debug("connects token=%s", hello.token)'),
    leak("PINs", NAMESPACE, HELLO, 'logger.debug("connects pin=%s", hello.pin)'),
    leak(
        "whole addresses of pages",
        NAMESPACE,
        HELLO,
        'logger.info("connects from=%s", self._client_of(environ["aiohttp.request"]))',
    ),
    leak(
        "candidates' addresses",
        "src/vdxmedia/sfu/plane.py",
        '                logger.debug("peer_bound peer=%s path=%s", event.peer, transport)\n',
        'logger.debug("peer_bound from=%s", event.address)',
    ),
    leak(
        "the connection's password",
        "src/vdxmedia/sfu/peer.py",
        "                ssrcs=self._ssrcs,\n            ),\n        )\n",
        f'{HERE}.debug("answers with=%s", credentials.pwd)',
    ),
    leak(
        "numbers",
        "src/vdxmedia/api/messages.py",
        "        body: MessageRequest = called.body\n",
        f'{HERE}.info("sends to=%s", body.to)',
    ),
    leak(
        "subjects",
        "src/vdxmedia/api/meetings.py",
        "        body: MeetingRequest = called.body\n",
        f'{HERE}.info("books subject=%s", body.subject)',
    ),
    leak(
        "e-mail addresses",
        "src/vdxmedia/api/meetings.py",
        "        body: MeetingRequest = called.body\n",
        f'{HERE}.info("books by=%s", body.organized_by_email)',
    ),
    leak(
        "emergency notes",
        "src/vdxmedia/api/sealed_note.py",
        "    def seal(self, note: EmergencyNote, token_id: str) -> str:\n",
        f'    {HERE}.info("seals note=%s", msgspec.to_builtins(note))',
    ),
)
