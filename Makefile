# Commands, each of which does its own set-up:
#   make run     prepares and serves http://127.0.0.1:8000 (HOST=, PORT=; RESET=1 starts the demo afresh)
#   make test    every test (T='-k badge' or T=tests/kernel for some)
#   make check   style, types, floors, translations, policy, migrations
#   make bench   measurements, `name value unit` a line; fails when a target is missed (BENCH_UNITS=20000 for a quick look)
#   make worker  does the jobs, where CELERY_BROKER_URL names a broker (otherwise the web process does them)
#   make faults  kills real processes at every step, 240 of them, and counts what was lost
#   make matrix  every account × route × pair of rows, the nightly form of tests/matrix
# and `make lock` writes requirements.lock anew from pyproject.toml, `make format` tidies the code,
# `make translations` takes new texts into the catalogues.

HOST ?= 127.0.0.1
PORT ?= 8000
JOBS ?= 2
T ?=
export HOST PORT

BIN := .venv/bin

.DEFAULT_GOAL := run
.PHONY: run worker test matrix faults check bench lock format translations runtime dev port reset system-packages

run: port reset runtime
	@exec $(BIN)/python .ci/serve.py

# Asked before anything that takes time.
port:
	@"$$(bash .ci/python.sh)" .ci/port.py

reset: port
ifeq ($(RESET),1)
	@"$$(bash .ci/python.sh)" .ci/reset.py
endif

# Only where CELERY_BROKER_URL names a broker: otherwise the web process does the jobs itself.
worker: runtime
	@exec $(BIN)/flask jobs worker

runtime: port
	@bash .ci/setup.sh runtime

dev:
	@bash .ci/setup.sh dev

system-packages:
	@bash .ci/system-packages.sh

test: dev system-packages
	@$(BIN)/python -m pytest -n $(JOBS) --dist worksteal $(T)

matrix: dev system-packages
	@MATRIX=full $(BIN)/python -m pytest -n $(JOBS) --dist worksteal tests/matrix $(T)

check: dev
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/mypy .ci/*.py migrations/*.py
	$(BIN)/bandit --quiet --configfile pyproject.toml --recursive app wsgi.py
	$(BIN)/lint-imports --no-cache
	$(BIN)/python .ci/translations.py
	$(BIN)/python .ci/drift.py
	$(BIN)/python .ci/mutation.py
	$(BIN)/python -m pytest -q tests/policies tests/architecture

# KILLS= how many processes die, SEED= repeats a run.
faults: dev system-packages
	@KILLS=$${KILLS:-240} $(BIN)/python -m pytest -n 0 -q -s tests/faults $(T)

bench: dev
	@$(BIN)/python .ci/bench.py

lock: dev
	@bash .ci/lock.sh $(LOCK)

format: dev
	$(BIN)/ruff check --fix
	$(BIN)/ruff format

translations: dev
	@$(BIN)/python .ci/translations.py --update
