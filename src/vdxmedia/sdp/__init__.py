"""Session descriptions as pure values: an offer is parsed, a negotiation decided, an answer written.

`offer` parses and checks, `negotiation` decides what each m-line becomes, `answer` writes it, `capabilities` says what
this server can do. Ids, SSRCs and credentials are passed in; nothing here reads a clock or rolls dice. It leaves out
whatever a one-port ICE-lite server with BUNDLE never meets: other transports, candidates of the client, data channels.
"""
