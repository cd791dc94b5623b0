"""Booking, pure: organisations, templates, meetings and their rooms, who may do what, messages to people.

No clock, no I/O, no randomness of its own: what is drawn is handed in. The words are those of the VDX video API, since
municipal systems speak them. Left out: what happens in a live room (`conference`).
"""
