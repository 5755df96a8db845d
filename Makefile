PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
LOCK   := requirements/runtime.txt
DEVLOCK:= requirements/development.txt
BENCHLOCK:= requirements/bench.txt

.PHONY: setup run test lint bench torture mutants lock schema browser axe faketime clean

setup: $(VENV)/.runtime

$(VENV)/.runtime: $(LOCK) pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r $(LOCK)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

$(VENV)/.development: $(VENV)/.runtime $(DEVLOCK)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r $(DEVLOCK)
	@touch $@

run: setup
	$(BIN)/gengfu run

# Four at a time also on two cores: much of it waits for processes of its own and for moments that are due. Bytecode is
# kept, whatever the environment says: each of the four, and each process that they start, would compile everything anew.
test: export PYTHONDONTWRITEBYTECODE :=
test: $(VENV)/.development browser axe faketime
	$(BIN)/python -m pytest -n 4 --maxschedchunk=1 -q -rs

lint: $(VENV)/.development
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/deptry .

# Peers to measure against, apart: they want other versions of what Gengfu stands on.
PEERS := $(VENV)/peers

$(PEERS)/.installed: $(BENCHLOCK)
	$(PYTHON) -m venv $(PEERS)
	$(PEERS)/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r $(BENCHLOCK)
	@touch $@

# What things take, as ratios: some ten minutes. BENCH=--quick takes fewer groups, BENCH="--only bursts" one measurement.
bench: $(VENV)/.development $(PEERS)/.installed
	$(BIN)/python -m tests.bench $(BENCH)

# 10,000 deliveries under random faults and 1,000 kill -9: half an hour. TORTURE="--kills 50 --deliveries 500" takes two minutes.
torture: $(VENV)/.development
	$(BIN)/python -m tests.torture $(TORTURE)

# The weaknesses of Gengfu's peers, planted one by one in a copy: the tests must see each.
mutants: $(VENV)/.development
	$(BIN)/python -m tests.mutants

# The browser tests drive Debian's Chromium, the one without windows where there is one: it does the same with half the
# work. They say plainly when there is none.
APT := env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq
browser:
	@SUDO=; [ "$$(id -u)" = 0 ] || SUDO="sudo -n"; \
	command -v chromium-headless-shell >/dev/null 2>&1 && exit 0; \
	if command -v chromium >/dev/null 2>&1 || command -v chromium-browser >/dev/null 2>&1 || command -v google-chrome >/dev/null 2>&1; then \
	  if apt-cache show chromium-headless-shell >/dev/null 2>&1; then \
	    $$SUDO $(APT) chromium-headless-shell >/dev/null 2>&1 || true; \
	  fi; \
	else \
	  echo "Chromium is not installed; trying apt-get ..."; \
	  { $$SUDO apt-get update -qq && { $$SUDO $(APT) chromium-headless-shell fonts-noto-cjk || $$SUDO $(APT) chromium fonts-noto-cjk; }; } >/dev/null 2>&1 \
	  || echo "Chromium could not be installed here: the browser tests will be skipped. Install it by hand: apt-get install chromium fonts-noto-cjk"; \
	fi

# The rules that the pages' accessibility is held to (axe-core, by npm); the tests say plainly when they are not there.
axe: tests/web/axe/node_modules/.installed

tests/web/axe/node_modules/.installed: tests/web/axe/package-lock.json
	@if ! command -v npm >/dev/null 2>&1; then \
	  echo "npm is not installed here: the accessibility tests will be skipped. Install it by hand: apt-get install npm"; \
	elif npm ci --prefix $(<D)/ --silent --no-audit --no-fund; then touch $@; \
	else echo "npm could not install axe-core here: the accessibility tests will be skipped. Try again: make axe"; fi

# The tests of clocks that are set, and of machines that sleep, move a process's clock by libfaketime.
faketime:
	@command -v faketime >/dev/null 2>&1 || { \
	  echo "libfaketime is not installed; trying apt-get ..."; \
	  SUDO=; [ "$$(id -u)" = 0 ] || SUDO="sudo -n"; \
	  { $$SUDO apt-get update -qq && $$SUDO env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq faketime; } >/dev/null 2>&1 \
	  || echo "libfaketime could not be installed here: the tests that set a clock will be skipped. Install it by hand: apt-get install faketime"; }

# The JSON Schemas in schedules/, made from the models; editors complete and check with them.
schema: setup
	$(BIN)/python -m bot.campaign.schema schedules

# Pins with hashes, no index line. Needs uv (not a dependency of anything else).
lock:
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-annotate --no-emit-index-url --group pyproject.toml:build pyproject.toml -o $(LOCK)
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-annotate --no-emit-index-url --group pyproject.toml:dev --group pyproject.toml:build pyproject.toml -c $(LOCK) -o $(DEVLOCK)
	uv pip compile --quiet --python-version 3.11 --generate-hashes --no-header --no-annotate --no-emit-index-url --group pyproject.toml:bench -o $(BENCHLOCK)

clean:
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
