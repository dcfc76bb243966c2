# `make` alone lists what there is. Nothing is installed outside of .venv and node_modules, and nothing twice.
PYTHON ?= python3
BIN := .venv/bin
PY := $(BIN)/python
ARGS ?=
# Many tests wait for other processes, so twice as many at a time as there are cores are quicker; more than four want too much memory.
TOGETHER := -n 4 --dist worksteal
.DEFAULT_GOAL := help
.PHONY: docs help run test check lint format types pytest lock bench crash clean

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "make %-8s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

# Tests start many processes, and each would compile everything anew where the environment forbids to keep what is compiled.
test check pytest: export PYTHONDONTWRITEBYTECODE =

run: .venv/.run ## start the bot on a sandbox tenant, with a Teams client in the browser (ARGS="--story storm")
	@exec $(PY) app.py sandbox $(ARGS)

# Checking the types leaves all but one core idle, so the tests are run beside it; both are run to their end.
test: lint .node ## everything: lint, types and all tests, the browser's too
	@$(MAKE) --no-print-directory -k -j 2 types pytest

pytest: .venv/.dev .node
	$(BIN)/pytest $(TOGETHER) $(ARGS)

check: lint types ## what to run before a commit: lint, types and all tests but the browser's
	$(BIN)/pytest -q --ignore=tests/e2e $(TOGETHER) $(ARGS)

lint: .venv/.dev ## look for mistakes and for unformatted files
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

format: .venv/.dev ## format every file
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

types: .venv/.dev .node ## check the types
	$(PY) -m sandbox.node run node_modules/pyright/index.js

bench: .venv/.dev ## measure the speed; prints JSON lines
	$(PY) -m tests.bench $(ARGS)

N ?= 50
crash: .venv/.dev ## kill -9 at random moments, N=50 times on SQLite and on PostgreSQL with three replicas; prints JSON lines
	$(PY) -W ignore -m tests.crash $(N) $(ARGS)

docs: .venv/.run ## write the tables of README.md and .env.example from the code
	$(PY) docs/generate.py

lock: .venv/.dev ## pin what the .in files and package.json ask for
	$(BIN)/uv pip compile -q --generate-hashes --python-version 3.11 --universal requirements.in -o requirements.txt
	$(BIN)/uv pip compile -q --generate-hashes --python-version 3.11 --universal requirements-dev.in -o requirements-dev.txt
	$(BIN)/uv pip compile -q --generate-hashes --python-version 3.11 --universal requirements-node.in -o requirements-node.txt
	$(PY) -m sandbox.node npm install --package-lock-only

clean: ## remove all that was installed, built or kept
	rm -rf .venv node_modules .syncwatch build dist .pytest_cache .ruff_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

.venv/.made:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "Python 3.11 or newer is needed; name one: make PYTHON=python3.12 …" >&2; exit 2; }
	$(PYTHON) -m venv .venv
	@touch $@

.venv/.run: requirements.txt .venv/.made
	$(PY) -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.txt
	@touch $@

.venv/.dev: requirements-dev.txt .venv/.run
	$(PY) -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.txt
	@touch $@

.PHONY: .node
.node: .venv/.run
	@$(PY) -m sandbox.node install --all
