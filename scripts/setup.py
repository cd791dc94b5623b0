"""Prepares a checkout, step by step, and skips what is already done.

Runs on the machine's own Python with the standard library alone, because it makes everything else. Each step names
its inputs (hashed) and its outputs (must exist); a stamp under `.state/stamps` remembers the hash of the last success,
so a second run costs some file reads. Steps that do not wait for each other run beside each other; the output of a
step goes to `.state/logs/STEP.log` and is shown when the step fails.
"""

from __future__ import annotations

import argparse
import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
STATE = ROOT / ".state"
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
WEB = ROOT / "web"
BUILT_WEB = ROOT / "src" / "vdxmedia" / "_web"
TICK_S = 5.0
"""A line that something still runs, when there is no terminal to draw on."""


class StepFailed(Exception):
    """A step's command ended badly; its log says why."""


@dataclass(frozen=True)
class Step:
    name: str
    title: str
    inputs: Sequence[str]
    """Glob patterns from the root, or absolute paths of single files."""
    outputs: Sequence[Path]
    work: Callable[[Step], None]
    after: Sequence[str] = field(default_factory=tuple)


def files_of(patterns: Sequence[str]) -> Iterator[Path]:
    for pattern in patterns:
        yield from sorted(path for path in ROOT.glob(pattern) if path.is_file())


def fingerprint(step: Step, known: dict[str, str]) -> str:
    """A hash over the inputs' names and contents, and over the steps this one builds on."""
    digest = hashlib.sha256(sys.version.encode())
    for name in step.after:
        digest.update(known[name].encode())
    for path in files_of(step.inputs):
        digest.update(str(path.relative_to(ROOT)).encode() + b"\0")
        digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()


def run(step: Step, command: Sequence[str | Path], *, cwd: Path = ROOT) -> None:
    """Runs a command with its output in the step's log. Raises: StepFailed."""
    log_path = STATE / "logs" / f"{step.name}.log"
    environment = os.environ | {"VIRTUAL_ENV": str(VENV), "PIP_DISABLE_PIP_VERSION_CHECK": "1"}
    with log_path.open("ab") as log:
        log.write(f"$ {' '.join(map(str, command))}\n".encode())
        log.flush()
        done = subprocess.run(list(command), cwd=cwd, env=environment, stdout=log, stderr=log, check=False)
    if done.returncode != 0:
        raise StepFailed(f"{step.title}: `{' '.join(map(str, command))}` ended with {done.returncode}")


# ── the steps ─────────────────────────────────────────────────────────────────────────────────────────────────────


def make_venv(step: Step) -> None:
    if not PYTHON.exists():
        run(step, [sys.executable, "-m", "venv", VENV])


def install_python_packages(step: Step) -> None:
    run(step, [PYTHON, "-m", "pip", "install", "--require-hashes", "--requirement", "requirements.lock"])


def build_relay(step: Step) -> None:
    run(step, [VENV / "bin" / "maturin", "develop", "--release", "--quiet"])


def build_loadgen(step: Step) -> None:
    run(step, ["cargo", "build", "--release", "--locked", "--package", "vdx-loadgen"])


def install_node_packages(step: Step) -> None:
    run(step, ["npm", "ci", "--no-audit", "--no-fund"], cwd=WEB)


def build_web(step: Step) -> None:
    run(step, ["npm", "run", "build"], cwd=WEB)


def build_screens(step: Step) -> None:
    run(step, ["npm", "run", "screens"], cwd=WEB)


STEPS = [
    Step("venv", "Virtual environment", [], [PYTHON], make_venv),
    Step(
        "pip",
        "Python packages",
        ["requirements.lock"],
        [VENV / "bin" / "maturin", VENV / "bin" / "pytest"],
        install_python_packages,
        after=["venv"],
    ),
    Step(
        "relay",
        "Relay (Rust, release)",
        [
            "Cargo.toml",
            "Cargo.lock",
            "pyproject.toml",
            "src/relay/Cargo.toml",
            "src/relay/src/**/*.rs",
            "src/relay-python/Cargo.toml",
            "src/relay-python/build.rs",
            "src/relay-python/src/**/*.rs",
            "src/vdxmedia/sfu/relay_wire.py",
        ],
        [VENV / "bin" / "vdxmedia", ROOT / "src" / "vdxmedia" / "_relay.abi3.so"],
        build_relay,
        after=["pip"],
    ),
    Step(
        "loadgen",
        "Load generator (Rust, release)",
        ["Cargo.toml", "Cargo.lock", "src/loadgen/Cargo.toml", "src/loadgen/src/**/*.rs"],
        [ROOT / "target" / "release" / "vdx-loadgen"],
        build_loadgen,
    ),
    Step(
        "npm",
        "Web packages",
        ["web/package.json", "web/package-lock.json", "web/.npmrc"],
        [WEB / "node_modules" / ".package-lock.json"],
        install_node_packages,
    ),
    Step(
        "web",
        "Web client",
        ["web/src/**/*", "web/public/**/*", "web/build/**/*", "web/*.html", "web/*.ts", "web/*.json"],
        [BUILT_WEB / "index.html", BUILT_WEB / "swagger" / "swagger-ui-bundle.js"],
        build_web,
        after=["npm"],
    ),
    Step(
        "screens",
        "Screens by name, for development",
        ["web/src/**/*", "web/public/**/*", "web/build/**/*", "web/*.html", "web/*.ts", "web/*.json"],
        [STATE / "screens" / "stories.html"],
        build_screens,
        after=["npm"],
    ),
]

# ── running them ──────────────────────────────────────────────────────────────────────────────────────────────────


class Progress:
    """Says what runs, on one redrawn line in a terminal and on plain lines elsewhere."""

    def __init__(self, total: int) -> None:
        self._lock = threading.Lock()
        self._total = total
        self._done = 0
        self._running: dict[str, float] = {}
        self._is_terminal = sys.stderr.isatty()
        self._ended = threading.Event()
        self._ticker = threading.Thread(target=self._tick, name="progress", daemon=True)
        self._ticker.start()

    def started(self, title: str) -> None:
        with self._lock:
            self._running[title] = time.monotonic()
            if not self._is_terminal:
                self._print(f"[{self._done + 1}/{self._total}] {title} …")

    def finished(self, title: str) -> None:
        with self._lock:
            began = self._running.pop(title)
            self._done += 1
            self._print(f"[{self._done}/{self._total}] {title}: done in {time.monotonic() - began:.0f} s")

    def close(self) -> None:
        self._ended.set()
        self._ticker.join()
        if self._is_terminal:
            sys.stderr.write("\r\033[K")

    def _print(self, line: str) -> None:
        sys.stderr.write(f"\r\033[K{line}\n" if self._is_terminal else f"{line}\n")
        sys.stderr.flush()

    def _tick(self) -> None:
        while not self._ended.wait(0.25 if self._is_terminal else TICK_S * 6):
            with self._lock:
                now = time.monotonic()
                waits = ", ".join(f"{title} {now - began:.0f} s" for title, began in self._running.items())
                if waits and self._is_terminal:
                    sys.stderr.write(f"\r\033[K[{self._done}/{self._total}] {waits}")
                    sys.stderr.flush()
                elif waits:
                    self._print(f"      still running: {waits}")


def carry_out(step: Step, stamp: Path, progress: Progress) -> None:
    (STATE / "logs" / f"{step.name}.log").unlink(missing_ok=True)
    stamp.unlink(missing_ok=True)
    progress.started(step.title)
    step.work(step)
    progress.finished(step.title)


def prepare(names: Sequence[str]) -> None:
    """Runs the named steps and what they build on; independent ones beside each other. Raises: StepFailed."""
    by_name = {step.name: step for step in STEPS}
    wanted: set[str] = set()

    def want(name: str) -> None:
        for earlier in by_name[name].after:
            want(earlier)
        wanted.add(name)

    for name in names:
        want(name)
    (STATE / "stamps").mkdir(parents=True, exist_ok=True)
    (STATE / "logs").mkdir(parents=True, exist_ok=True)
    with (STATE / "lock").open("w") as lock:
        # Two set-ups at once (`make run` beside `make test`) would build into the same folders.
        fcntl.flock(lock, fcntl.LOCK_EX)
        _prepare([step for step in STEPS if step.name in wanted])


def _prepare(steps: Sequence[Step]) -> None:
    prints: dict[str, str] = {}
    stale: list[Step] = []
    for step in steps:
        prints[step.name] = fingerprint(step, prints)
        stamp = STATE / "stamps" / step.name
        is_fresh = stamp.exists() and stamp.read_text() == prints[step.name]
        if not (is_fresh and all(path.exists() for path in step.outputs)) or any(
            earlier.name in step.after for earlier in stale
        ):
            stale.append(step)
    if not stale:
        return

    progress = Progress(len(stale))
    ended = {step.name: threading.Event() for step in stale}
    failures: list[tuple[Step, StepFailed | OSError]] = []

    def lane(step: Step) -> None:
        try:
            for earlier in step.after:
                if earlier in ended:
                    ended[earlier].wait()
            if not failures:
                stamp = STATE / "stamps" / step.name
                carry_out(step, stamp, progress)
                stamp.write_text(prints[step.name])
        except (StepFailed, OSError) as error:
            failures.append((step, error))
        finally:
            ended[step.name].set()

    lanes = [threading.Thread(target=lane, args=(step,), name=step.name, daemon=True) for step in stale]
    for thread in lanes:
        thread.start()
    for thread in lanes:
        thread.join()
    progress.close()
    if failures:
        step, error = failures[0]
        log = STATE / "logs" / f"{step.name}.log"
        if log.exists():
            tail = log.read_text(errors="replace").splitlines()[-40:]
            sys.stderr.write("\n".join(tail) + "\n")
        raise StepFailed(str(error)) from error


# ── what only the tests need ──────────────────────────────────────────────────────────────────────────────────────

TEST_PACKAGES = {
    "chromium": ("chromium", "chromium-browser"),
    "firefox-esr": ("firefox-esr", "firefox"),
    "coturn": ("turnserver",),
    "iproute2": ("ip",),
    "nftables": ("nft", "/usr/sbin/nft"),
    "nginx": ("nginx", "/usr/sbin/nginx"),
    "systemd": ("systemd-analyze",),
    "postgresql": ("pg_ctlcluster", "postgres"),
    "prometheus": ("prometheus",),
    "glewlwyd": ("glewlwyd",),
    "kannel": ("/usr/sbin/bearerbox", "bearerbox"),
    "kannel-extras": ("/usr/lib/kannel/test/fakesmsc", "fakesmsc"),
}
"""Debian's package to the program's names."""
MASKED_SERVICES = {
    "glewlwyd": "glewlwyd.service",
    "kannel": "kannel.service",
    "nginx": "nginx.service",
    "prometheus": "prometheus.service",
}
"""Package to the service that must not run beside the tests: its own would listen, with a password that all know or
with a page of its own."""


def missing_packages() -> list[str]:
    return [package for package, names in TEST_PACKAGES.items() if not any(map(shutil.which, names))]


def prepare_packages() -> None:
    """Installs what is missing of Debian's packages, if that is permitted. Raises: StepFailed."""
    missing = missing_packages()
    if not missing:
        return
    line = f"sudo apt-get install -y --no-install-recommends {' '.join(missing)}"
    prefix: list[str] = []
    if os.geteuid() != 0:
        may = shutil.which("sudo") and subprocess.run(["sudo", "-n", "true"], capture_output=True, check=False)
        if not may or may.returncode != 0:
            raise StepFailed(f"the tests need {' and '.join(missing)}; install with: {line}")
        prefix = ["sudo", "-n"]
    if shutil.which("apt-get") is None:
        raise StepFailed(f"the tests need {' and '.join(missing)}; install them with this system's packages")
    sys.stderr.write(f"Installing {' and '.join(missing)} with apt-get …\n")
    STATE.mkdir(exist_ok=True)
    (STATE / "logs").mkdir(exist_ok=True)
    packages = Step("packages", "Programs for the tests", [], [], lambda step: None)
    run(packages, [*prefix, "apt-get", "update", "-qq"])
    for package in missing:
        if package in MASKED_SERVICES and Path("/run/systemd/system").is_dir():
            run(packages, [*prefix, "systemctl", "mask", MASKED_SERVICES[package]])
    quietly = ["env", "DEBIAN_FRONTEND=noninteractive"]
    run(packages, [*prefix, *quietly, "apt-get", "install", "-y", "-qq", "--no-install-recommends", *missing])
    if missing_packages():
        raise StepFailed(f"apt-get did not bring {' and '.join(missing_packages())}; install with: {line}")


GOALS = {
    "run": ["relay", "web", "screens"],
    "test": ["relay", "loadgen", "web"],
    "relay": ["relay"],
    "web": ["web"],
    "wheel": ["relay", "web"],
    "python": ["pip"],
}


def main() -> int:
    parser = argparse.ArgumentParser(description="Prepares a checkout; skips what is done.")
    parser.add_argument("goal", choices=sorted(GOALS), nargs="?", default="run")
    goal: str = parser.parse_args().goal
    try:
        prepare(GOALS[goal])
        if goal == "test":
            prepare_packages()
    except StepFailed as failure:
        sys.stderr.write(f"Set-up stopped: {failure}\n")
        return 1
    except KeyboardInterrupt:
        return 130
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
