"""`python -m vdxmedia`."""

from vdxmedia.cli import main

main()
