# What people do with this repository, one word each. The work itself is in scripts/, which can be run
# without make as well. `make help` lists the targets.

PORT ?= 8443
ARGS ?=
PREFIX ?= /usr/local
DESTDIR ?=
SECONDS_PER_TARGET ?= 60
BENCHMARKS ?=
MINUTES ?= 5
SOURCES ?=

.DEFAULT_GOAL := help
.PHONY: help run demo build install uninstall deb tarball image check test test-systemd sanitize fuzz bench bench-quick
.PHONY: soak walk format lint check-arm64 certificate clean

help: ## List the targets
	@echo "Weir: a live-streaming server. Targets:"
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' Makefile
	@echo
	@echo "PORT=8443 and ARGS=\"--workers 1 --log-format json\" change what run and demo do. Each PORT has its own data."

run: ## Build, and serve on https://localhost:8443 with data in build/data; Ctrl-C ends it
	@scripts/check-toolchain
	@scripts/install-packages build certificate
	@scripts/build-release
	@scripts/make-certificate
	@PORT=$(PORT) exec scripts/run-server $(ARGS)

demo: ## The same, with a test pattern published as user demo
	@scripts/check-toolchain
	@scripts/install-packages build certificate demo
	@scripts/build-release
	@scripts/make-certificate
	@PORT=$(PORT) exec scripts/run-demo $(ARGS)

build: ## Build both executables for release (.build/release)
	@scripts/check-toolchain
	@scripts/install-packages build
	@scripts/build-release

install: ## Put what was built into PREFIX=/usr/local: commands, manual, completions (with sudo; DESTDIR= for packagers)
	@scripts/install install "$(DESTDIR)" "$(PREFIX)"

uninstall: ## Take that back
	@scripts/install uninstall "$(DESTDIR)" "$(PREFIX)"

deb: build ## Make the Debian package (build/packages/weir_VERSION_ARCH.deb)
	@scripts/install-packages package
	@scripts/package deb

tarball: build ## The same files with a script that installs them (build/packages/weir-VERSION-ARCH.tar.gz)
	@scripts/install-packages package
	@scripts/package tarball

image: build ## A container image of them, made without a container engine (build/packages/weir-VERSION-ARCH.oci.tar)
	@scripts/install-packages package
	@scripts/package image

check: ## On the way to work, a few minutes: format, debug build, unit tests, some end to end
	@scripts/run-checks

test: ## Everything: format, build, unit tests, fuzzing, end to end
	@scripts/run-tests

test-systemd: build ## Only the package and its systemd units, on a systemd of their own (as root)
	@scripts/install-packages test
	@scripts/python-environment
	@scripts/test-systemd

check-arm64: ## What can be known of arm64 on another machine: the C code, compiled and run
	@scripts/check-arm64

sanitize: ## The unit tests under the address, undefined-behaviour and thread sanitizers
	@scripts/check-toolchain
	@scripts/install-packages build test
	@scripts/sanitize

fuzz: ## Fuzz every parser of foreign bytes (SECONDS_PER_TARGET=60 each)
	@scripts/check-toolchain
	@scripts/install-packages build
	@scripts/fuzz $(SECONDS_PER_TARGET)

bench: build ## Measure beside other servers, and write docs/benchmarks.md (a part of it: BENCHMARKS="segment idle")
	@scripts/install-packages test bench
	@scripts/python-environment
	@build/venv/bin/python Tests/Benchmarks/run.py $(BENCHMARKS)

bench-quick: build ## The most telling of it, in two minutes; with nothing else on the machine, as above
	@scripts/install-packages test bench
	@scripts/python-environment
	@build/venv/bin/python Tests/Benchmarks/run.py --quick $(BENCHMARKS)

soak: build ## Everybody comes and goes for MINUTES=5, with reloads, upgrades and kills; then all is where it was
	@scripts/install-packages test
	@scripts/python-environment
	@cd Tests/EndToEnd && ../../build/venv/bin/python -m weir.soak.plan --minutes $(MINUTES)

walk: build ## Follow live HLS and DASH of all sources (SOURCES=) for MINUTES=5, and judge them by every rule
	@scripts/install-packages test
	@scripts/python-environment
	@cd Tests/EndToEnd && ../../build/venv/bin/python -m weir.walks --minutes $(MINUTES) $(SOURCES)

format: ## Format all Swift code in place
	@scripts/check-toolchain
	@swift format --in-place --parallel --recursive Sources Tests Package.swift

lint: ## Check the format and manners of all Swift, Python and shell code
	@scripts/check-toolchain
	@scripts/install-packages lint
	@scripts/python-environment
	@scripts/tidy

certificate: ## Make a development certificate when there is none (build/certificate)
	@scripts/install-packages certificate
	@scripts/make-certificate

clean: ## Remove everything that was built, the certificate and the data of `make run`
	@rm -rf .build .build-fuzz .build-sanitize build
