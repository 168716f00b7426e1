# The front door. `make run` and `make test` set up what they need and say clearly what is missing.

SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help

CARGO ?= cargo
TOOLS := target/tools
# The name of this build: results of scenarios hold for it alone.
export MINSHU_BUILD := $(shell (git describe --always --dirty --abbrev=12 2>/dev/null || echo 0.1.0))
# The profile of what is run: `swift` for people, `dev` for tests, whose build is there already.
PROFILE ?= swift
OUT := target/$(if $(filter dev,$(PROFILE)),debug,$(PROFILE))
MINSHU := $(OUT)/minshu
# In `dev` all programs are built as the tests built them a moment before: nothing is compiled a second time.
PROGRAMS := $(if $(filter dev,$(PROFILE)),--workspace --all-features --bins,-p minshu-server -p minshu-scenarios)
RELEASE := target/release/minshu
NEXTEST := $(shell command -v cargo-nextest 2>/dev/null)
TEST := $(if $(NEXTEST),$(CARGO) nextest run,$(CARGO) test)

help: ## What can be made
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | sort | column -t -s $$'\t'

run: web ## Build and serve with demonstration data on SQLite in ./data
	@scripts/need cargo node npm
	$(CARGO) build --profile swift -p minshu-server
	@scripts/prove-in-background &
	$(MINSHU) serve --demonstration --scenario-results target/swift/scenarios.json

test: setup web ## Every test: Rust on SQLite and PostgreSQL, scenarios, browser
	scripts/with-postgres $(TEST) --workspace --all-features
	$(MAKE) scenarios-here PROFILE=dev
	$(MAKE) e2e PROFILE=dev

one: ## The tests of one crate, while it is worked on: make one OF=identity
	$(TEST) -p minshu-$(OF) --all-features

check: web $(TOOLS)/bin/cargo-deny ## Format, lints, licences, invariants: what CI runs
	$(CARGO) fmt --all --check
	$(CARGO) clippy --workspace --all-targets --all-features -- -D warnings
	$(CARGO) fetch --quiet --locked
	$(TOOLS)/bin/cargo-deny --offline check bans licenses sources
	cd web && npm run check
	$(CARGO) test --quiet --workspace --all-features --test it invariants

fmt: ## Format
	$(CARGO) fmt --all

web: web/dist/manifest.json ## Styles, islands, icons and the division tree

web/dist/manifest.json: web/package-lock.json $(shell find web/src web/styles web/scripts web/assets web/icons.txt web/vite.config.ts -type f 2>/dev/null)
	@scripts/need node npm
	cd web && npm ci --no-audit --no-fund && npm run build
	@touch web/dist/manifest.json

setup: ## PostgreSQL, Chromium and fonts from Debian's packages
	scripts/setup

scenarios: setup web ## Every pack's scenario against the release binary, on SQLite and PostgreSQL
	$(CARGO) build --release -p minshu-server -p minshu-scenarios
	target/release/minshu-scenarios --minshu $(RELEASE) --database both --out target/release/scenarios.json

scenarios-here: ## The same without the release build
	$(CARGO) build --profile $(PROFILE) $(PROGRAMS)
	$(OUT)/minshu-scenarios --minshu $(MINSHU) --database both --out $(OUT)/scenarios.json

e2e: ## The story in a real browser, with and without JavaScript
	@scripts/need node npm
	$(CARGO) build --profile $(PROFILE) $(PROGRAMS)
	cd e2e && npm ci --no-audit --no-fund && MINSHU_BIN=$(CURDIR)/$(MINSHU) npm test

bench: setup web ## Benchmarks on the release binary; the report is target/bench/report.md
	$(CARGO) build --release -p minshu-server -p minshu-load
	scripts/with-postgres --durable scripts/bench target/release/minshu-load --minshu $(RELEASE) --out target/bench

fuzz: web ## Coverage-guided fuzzing, FUZZ_SECONDS for each target (60); scripts/fuzz --keep takes new inputs into the corpora
	scripts/fuzz

interop: web ## Independent clients against a running server
	$(CARGO) build --profile $(PROFILE) $(PROGRAMS)
	scripts/interop $(MINSHU)
	scripts/with-postgres scripts/interop-upgrade $(MINSHU)

$(TOOLS)/bin/cargo-deny:
	$(CARGO) install cargo-deny --version 0.20.2 --locked --root $(TOOLS)

.PHONY: help run test check fmt web setup scenarios scenarios-here e2e bench fuzz interop
