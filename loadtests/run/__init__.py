"""Simulated participants in scenarios: real signalling, ICE, DTLS and SRTP, and a verdict by service level.

`command` reads the flags, `stage` is what a scenario plays on, `clients` and `client` are the two ends of the processes
that the participants live in, `results` what was found, `report` shows it. Each scenario is a module in `scenarios`.
"""
