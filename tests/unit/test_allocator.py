"""What the C library's allocator keeps. In a process of its own: what is set stays set."""

from __future__ import annotations

import subprocess
import sys

import pytest

BLOCK_BYTES = 700 * 1024
FREED_AND_MADE_AGAIN = f"""
import ctypes, sys
from vdxmedia import allocator

class Totals(ctypes.Structure):
    names = "arena ordblks smblks hblks hblkhd usmblks fsmblks uordblks fordblks keepcost"
    _fields_ = [(name, ctypes.c_size_t) for name in names.split()]

libc = ctypes.CDLL(None)
libc.mallinfo2.restype = Totals
libc.malloc.restype = ctypes.c_void_p
libc.free.argtypes = [ctypes.c_void_p]
if sys.argv[1] == "bound":
    assert allocator.bound()
libc.free(libc.malloc(2 * {BLOCK_BYTES}))
before = libc.mallinfo2().hblkhd
libc.malloc({BLOCK_BYTES})
print(libc.mallinfo2().hblkhd - before >= {BLOCK_BYTES})
"""


@pytest.mark.parametrize(("how", "is_mapped"), [("bound", "True"), ("as it is", "False")])
def test_large_block_made_after_another_was_freed_goes_back_to_the_system_if_the_allocator_is_bound(
    how: str, is_mapped: str
) -> None:
    command = [sys.executable, "-c", FREED_AND_MADE_AGAIN, how]
    told = subprocess.run(command, check=True, capture_output=True, text=True)
    assert told.stdout.strip() == is_mapped
