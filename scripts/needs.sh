#!/bin/sh
# Checks what must be on the machine before anything else can run, and prints for each missing thing the line that
# installs it. Plain sh: it must work where nothing else does. Exit 0 when all is there, 1 otherwise.
set -u
missing=0

case "$(uname -s)" in
Darwin) system=mac ;;
*) system=debian ;;
esac

# lacks WHAT DEBIAN_LINE MAC_LINE
lacks() {
    missing=1
    if [ "$system" = mac ]; then line=$3; else line=$2; fi
    printf 'Missing: %s\n  install: %s\n' "$1" "$line"
}

# at_least HAVE WANT: compares dotted numbers
at_least() {
    awk -v have="$1" -v want="$2" 'BEGIN {
        split(have, h, "."); n = split(want, w, ".")
        for (i = 1; i <= n; i++) { if (h[i] + 0 > w[i] + 0) exit 0; if (h[i] + 0 < w[i] + 0) exit 1 }
        exit 0 }'
}

command -v git >/dev/null 2>&1 || lacks git "sudo apt-get install -y git" "xcode-select --install"
command -v make >/dev/null 2>&1 || lacks make "sudo apt-get install -y make" "xcode-select --install"
command -v cc >/dev/null 2>&1 || lacks "a C compiler (cc)" "sudo apt-get install -y build-essential" "xcode-select --install"

# offers PACKAGE VERSION: does this system's apt have the package in that version or newer?
offers() {
    command -v apt-cache >/dev/null 2>&1 || return 1
    candidate=$(apt-cache policy "$1" 2>/dev/null | awk '/Candidate:/ { print $2 }' | sed 's/^[0-9]*://; s/[-+~].*//')
    [ -n "$candidate" ] && [ "$candidate" != "(none)" ] && at_least "$candidate" "$2"
}

python=${PYTHON:-python3.11}
python_line="curl -LsSf https://astral.sh/uv/install.sh | sh && uv python install 3.11"
if offers python3.11 3.11; then python_line="sudo apt-get install -y python3.11 python3.11-venv"; fi
if ! "$python" -c '' >/dev/null 2>&1; then
    lacks "Python 3.11 ($python)" "$python_line" "brew install python@3.11"
elif ! "$python" -c 'import venv, ensurepip' >/dev/null 2>&1; then
    lacks "Python's venv module" "sudo apt-get install -y python3.11-venv" "brew install python@3.11"
fi

node_line="curl -fsSL https://deb.nodesource.com/setup_22.x | sudo -E bash - && sudo apt-get install -y nodejs"
if offers nodejs 20.19; then node_line="sudo apt-get install -y nodejs npm"; fi
if ! command -v node >/dev/null 2>&1 || ! command -v npm >/dev/null 2>&1; then
    lacks "Node 20.19 or newer, with npm" "$node_line" "brew install node"
else
    node_version=$(node --version | sed 's/^v//')
    at_least "$node_version" 20.19 || lacks "Node 20.19 or newer (found $node_version)" "$node_line" "brew install node"
fi

rust_line="curl --proto '=https' --tlsv1.2 -sSf https://sh.rustup.rs | sh -s -- -y && . \"\$HOME/.cargo/env\""
if offers cargo 1.85; then debian_rust_line="sudo apt-get install -y cargo"; else debian_rust_line=$rust_line; fi
if ! command -v cargo >/dev/null 2>&1 || ! command -v rustc >/dev/null 2>&1; then
    lacks "Rust 1.85 or newer, with cargo" "$debian_rust_line" "$rust_line"
else
    rust_version=$(rustc --version | awk '{ print $2 }' | sed 's/-.*//')
    if ! at_least "$rust_version" 1.85; then
        if command -v rustup >/dev/null 2>&1; then rust_line="rustup update stable"; debian_rust_line=$rust_line; fi
        lacks "Rust 1.85 or newer (found $rust_version)" "$debian_rust_line" "$rust_line"
    fi
fi

if [ "$missing" = 1 ]; then
    printf 'Then run the same command again.\n'
fi
exit "$missing"
