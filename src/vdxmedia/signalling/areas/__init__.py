"""The wire by concern: each module has the messages of one desk, and what they mean to the core.

A module has four tables: `COMMANDS` (wire type to rate and translation), `DOCUMENTS` (core type to wire type and
translation), `ANSWERS` (core type to translation, of what a command answers) and `ERRORS` (codes of `Failure` and what
they mean). One that says things once has a fifth, `UTTERANCES` (core type to translation).
"""
