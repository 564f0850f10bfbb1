# What one runs here. Each target sets up what it needs, in .venv: Python 3.11 or newer is all that must be there.
.DEFAULT_GOAL := help
.PHONY: help demo test thorough check bench bench-big format lock clean
MAKEFLAGS += --no-print-directory
# Tests start the program hundreds of times: compiled once, it starts in a third of the time.
unexport PYTHONDONTWRITEBYTECODE

VENV := .venv
BIN := $(VENV)/bin
# Stamps: what pyproject.toml and a lock file ask for is installed. DEV holds all that RUNTIME does.
RUNTIME := $(VENV)/.runtime
DEV := $(VENV)/.dev

# Pythons are run, not just found: a version manager's shim may stand for one that is not there.
find_python = $(shell for python in python3.13 python3.12 python3.11 python3; do \
	$$python -c 'import ensurepip, sys, venv; sys.exit(sys.version_info < (3, 11))' 2>/dev/null \
	&& echo $$python && break; done)
install = $(BIN)/python -m pip install --quiet --disable-pip-version-check
# No address, no index and no machine is written into a lock file: versions and hashes only.
compile = $(BIN)/uv pip compile pyproject.toml --quiet --universal --python-version 3.11 --fork-strategy fewest \
	--generate-hashes --custom-compile-command "make lock" $(FLAGS)

help: ## say what can be run
	@sed -n 's/^\([a-z]*\):.*## /make \1\t/p' Makefile | expand -t 14

demo: $(RUNTIME) ## start a server with people, follows and posts on a data folder of its own
	$(BIN)/pinson demo

test: $(DEV) ## run the tests; those whose programs are missing say so and are skipped
	$(BIN)/pytest --numprocesses auto --maxprocesses 8 --dist worksteal

check: $(DEV) ## all that a change must pass: form, types, import floors, translations, then the tests
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo --no-cache
	$(BIN)/python -m pinson.lib.i18n check
	@$(MAKE) test

thorough: $(DEV) ## run the tests that a check leaves out to be done in time, and all properties on other examples
	$(BIN)/pytest --numprocesses auto --maxprocesses 8 -m 'thorough or hypothesis' --hypothesis-profile thorough

bench: $(RUNTIME) ## measure this machine: reads, durable writes, live streams
	$(BIN)/pinson bench

bench-big: $(RUNTIME) ## the same on 5 million posts, which are made first: half an hour, 5 GB
	$(BIN)/pinson bench --plan big

format: $(DEV) ## put the code into its form
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

lock: $(DEV) ## write the lock files from pyproject.toml; newer versions with FLAGS=--upgrade
	$(compile) --group build --output-file requirements.lock
	$(compile) --group build --group dev --constraint requirements.lock --output-file requirements-dev.lock

clean: ## remove what was installed and what the tools left behind
	rm -rf $(VENV) build *.egg-info .hypothesis .mypy_cache .pytest_cache .ruff_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(RUNTIME): requirements.lock pyproject.toml | $(BIN)/pip
	@echo "Installing what Pinson runs on ..."
	@$(install) --require-hashes --requirement requirements.lock
	@$(install) --no-deps --no-build-isolation --editable .
	@touch $@

$(DEV): requirements-dev.lock requirements.lock pyproject.toml | $(BIN)/pip
	@echo "Installing what Pinson runs on and is checked with ..."
	@$(install) --require-hashes --requirement requirements-dev.lock
	@$(install) --no-deps --no-build-isolation --editable .
	@touch $(RUNTIME) $@

# pip is the last thing that a new environment gets: if it is there, the environment is whole.
$(BIN)/pip:
	@python="$(find_python)"; \
	if [ -z "$$python" ]; then \
		echo "Pinson needs Python 3.11 or newer with its venv module, and found none." >&2; \
		echo "On Debian and Ubuntu: apt-get install python3 python3-venv" >&2; \
		exit 1; \
	fi; \
	echo "Making $(VENV) with $$($$python --version) ..."; \
	$$python -m venv $(VENV)
