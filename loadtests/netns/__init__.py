"""Calls over bad networks: real Chromium and the real server in network namespaces, with a wire between that loses,
delays, reorders, limits, blocks and translates addresses as it is told, each direction apart and while a call runs.

    python -m loadtests.netns                # which scenarios there are
    python -m loadtests.netns loss-5 --json

Needs Linux, root, `ip` (Debian: iproute2), /dev/net/tun and Chromium; what is missing is named, never passed over.
The wire is a process of ours between two TUN devices instead of `tc netem`: kernels are built without netem, the
wire is seeded, and it tells what it did (`counts`). Left out: IPv6, fragmentation, other machines.
"""
