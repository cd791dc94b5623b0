# Everything starts here: `make run` shows a call, `make test` proves it, `make bench` measures it.
# The work is in scripts/; each target sets up what it needs and skips what is done.
.DEFAULT_GOAL := run
.PHONY: run test wheel docs bench load en301549 long sbom audit soak screens looks setup relay web lint clean

PYTHON ?= python3.11
export PYTHON
BIN := .venv/bin
ARGS ?=
SECONDS ?= 600

run: setup ## start a server on loopback and print its links (ARGS="--demo 4 --open")
	@exec $(BIN)/vdxmedia dev $(ARGS)

setup:
	@sh scripts/needs.sh
	@$(PYTHON) scripts/setup.py run

relay:
	@sh scripts/needs.sh
	@$(PYTHON) scripts/setup.py relay

web:
	@sh scripts/needs.sh
	@$(PYTHON) scripts/setup.py web

test: ## set up what the tests need and run everything, fast first
	@sh scripts/needs.sh
	@$(PYTHON) scripts/setup.py test
	@$(BIN)/python scripts/check.py all

lint: ## only the checks that take seconds
	@sh scripts/needs.sh
	@$(PYTHON) scripts/setup.py run
	@$(BIN)/python scripts/check.py lint

wheel: ## pack relay, web client and all into a wheel that needs neither cargo nor Node (ARGS="--out DIR"; else dist/)
	@sh scripts/needs.sh
	@$(PYTHON) scripts/setup.py wheel
	@$(BIN)/python scripts/wheel.py $(ARGS)

docs: ## the pages of docs/ as a site, in .state/docs; a warning is an error
	@sh scripts/needs.sh
	@$(PYTHON) scripts/setup.py python
	@$(BIN)/python -m sphinx --quiet --fail-on-warning --keep-going --nitpicky docs .state/docs
	@echo "$(CURDIR)/.state/docs/index.html"

bench: setup ## every figure that is to hold: forwarding beside a naive loop, joins, memory, idle Python; also in bench.json
	@$(BIN)/python -m loadtests.bench $(ARGS)

load: setup ## participants who are not there: make load SCENARIO=consultation ARGS="--rooms 20 --out DIR"; without SCENARIO, all are named
	@$(BIN)/python -m loadtests run $(or $(SCENARIO),--list) $(ARGS)

en301549: setup ## what EN 301 549 chapter 6 asks: 7 kHz, frames, lips, text delay; into docs/accessibility-en301549.md
	@$(BIN)/python -m loadtests.en301549 $(ARGS)

long: setup ## what takes longer than a check may: each fuzz target for SECONDS, many more random examples, ten minutes of churn, each defence switched off to see its test fail, the calls that a check leaves out
	@sh fuzz/run $(SECONDS)
	@$(BIN)/python -m loadtests.soak --minutes 10 --workers 2
	@cargo test --release --package vdx-bench -- --ignored
	@$(BIN)/python -m tests.attacks.unguarded
	@$(BIN)/pytest -q -m long tests
	@$(BIN)/pytest -q --hypothesis-profile=long tests/unit tests/simulation
	@$(BIN)/coverage run --branch --data-file=.state/coverage --source=vdxmedia.conference -m pytest -q tests/unit/conference
	@$(BIN)/coverage report --data-file=.state/coverage --skip-covered --fail-under=100

soak: setup ## an hour of churn: memory, descriptors, tasks and threads stay flat (ARGS="--minutes 5", ARGS="--url https://… --key …")
	@$(BIN)/python -m loadtests.soak --minutes 60 $(ARGS)

screens: setup ## take all screens of the page anew: docs/images/screens-*.png
	@$(BIN)/python -m tests.browser.sheet $(ARGS)

looks: setup ## measure every screen in every look, and ask axe by day and by night (ARGS="360x640 200%", ARGS=--firefox)
	@$(BIN)/python -m tests.browser.looks $(or $(ARGS),--axe)

sbom: ## what the product is made of, as CycloneDX, from the lock files: sbom/{python,rust,web}.cdx.json
	@$(PYTHON) scripts/sbom.py

audit: ## ask the public databases of vulnerabilities about every locked package; says so when one could not be asked
	@$(PYTHON) scripts/audit.py

clean: ## forget what was set up (packages, builds, stamps)
	rm -rf .venv .state target dist web/node_modules src/vdxmedia/_web src/vdxmedia/_relay.abi3.so
