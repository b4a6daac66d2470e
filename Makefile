# Comity. `make` alone lists what can be made.
#
# Everything lives in .venv, built from locked versions with hashes. The network is used to
# build it, never to run it. A stamp says a step is done; touching a lock file undoes it.

VENV    := .venv
BIN     := $(VENV)/bin
PIP     := $(BIN)/python -m pip --quiet --disable-pip-version-check --no-input
WORKERS ?= 2

.DEFAULT_GOAL := help
.PHONY: help demo test lint format bench reference lock clean distclean

help:  ## this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "  make %-10s %s\n", $$1, $$2}' Makefile

demo: $(VENV)/.ready  ## run the whole programme on synthetic people; the report is in out/demo
	@$(BIN)/comity demo

test: $(VENV)/.ready-dev  ## every test, in WORKERS processes (2 unless told)
	@CHROMIUM=$$(scripts/chromium) && PLAYWRIGHT_NODEJS_PATH=$$(scripts/node) && \
	  export CHROMIUM PLAYWRIGHT_NODEJS_PATH && \
	  $(BIN)/python -m pytest -n $(WORKERS) --dist loadfile $(ARGS)

lint: $(VENV)/.ready-dev  ## ruff's rules and format, mypy --strict on src
	@status=0; \
	  $(BIN)/ruff check . || status=1; \
	  $(BIN)/ruff format --check . || status=1; \
	  $(BIN)/mypy --strict src || status=1; \
	  exit $$status

format: $(VENV)/.ready-dev  ## rewrite the code in the house format
	$(BIN)/ruff check --fix-only .
	$(BIN)/ruff format .

bench: $(VENV)/.ready  ## speed and accuracy of what exists, on this machine
	@$(BIN)/comity bench --quick

reference: $(VENV)/.ready  ## write docs/reference/ and the agreement schema from the code
	$(BIN)/python scripts/reference.py
	$(BIN)/python scripts/fields.py
	$(BIN)/python scripts/agreement_schema.py

lock: $(VENV)/.ready-dev  ## resolve the newest versions into the lock files
	scripts/lock

clean:  ## remove what runs leave behind
	rm -rf out build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis
	find src tests scripts benchmarks -name __pycache__ -type d -prune -exec rm -rf {} +

distclean: clean  ## remove .venv as well
	rm -rf $(VENV) src/*.egg-info

$(VENV)/.pip: scripts/venv scripts/debs
	@scripts/venv $(VENV)
	@touch $@

$(VENV)/.locked: $(VENV)/.pip requirements.lock
	@echo "installing the locked packages in $(VENV): a minute or two, once"
	@$(PIP) install --require-hashes -r requirements.lock
	@touch $@

$(VENV)/.ready: $(VENV)/.locked pyproject.toml
	@$(PIP) install --no-deps --editable .
	@echo "compiling the numeric kernels, once"
	@$(BIN)/python scripts/compile_kernels.py
	@touch $@

$(VENV)/.ready-dev: $(VENV)/.ready requirements-dev.lock
	@echo "installing the locked development packages in $(VENV)"
	@$(PIP) install --require-hashes -r requirements-dev.lock
	@touch $@
