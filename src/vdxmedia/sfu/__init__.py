"""The media plane in Python: offers become peers of the relay, DTLS is shaken here, packets never come here.

`plane` implements `hub.ports.MediaPlane`; `peer` is one media connection; `dtls` the handshake; `allocation` the
numbers that must be unique; `relay_wire` what crosses the border to the native relay.
"""
