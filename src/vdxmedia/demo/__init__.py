"""Synthetic participants for `vdxmedia dev --demo N`: so that one person alone sees and hears a call.

They are ordinary clients (python-socketio, aiortc, the protocol and nothing else) in a process of their own, so that
the server's loop stays free. `picture` draws and `voice` speaks, `clips` encodes both once, `replay` sends them again
and again without encoding, `participant` is one client, `launch` is what the server's process calls.
"""
