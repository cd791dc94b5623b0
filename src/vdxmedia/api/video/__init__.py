"""The VDX video API on the wire, version 1 (`/videoapi/…`) and version 2 (`/videoapi/v2/…`).

Municipal systems speak it: they change the base address and nothing else. Here are its words, its forms of time, its
error codes and its lists; what is decided, the booking desk decides (`hub.bookings_port`). The document at
`/videoapi/openapi.json` is made from the same tables that serve. Left out: how version 1 gets its tokens (OIO IDWS),
which a proxy in front does.
"""
