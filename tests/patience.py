"""How long a test waits for what is sure to come: no measure of how fast the machine is.

A wait ends as soon as its condition holds, so its limit costs nothing where the test passes. What a limit promises to
people is measured against what the machine did meanwhile (tests/machine.py).
"""

PATIENCE_S = 90.0
"""Many times what a busy machine with two cores takes for anything that a test waits for."""
