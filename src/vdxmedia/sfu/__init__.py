"""The media plane in Python: offers become peers of the relay, DTLS is shaken here, packets never come here.

`plane` implements `hub.ports.MediaPlane`; `peer` is one media connection; `dtls` its handshake and
`handshakes` their number; `wishes` what a new connection starts with; `allocation` the numbers that must be unique;
`relay_wire` what crosses the border to the native relay.
"""
