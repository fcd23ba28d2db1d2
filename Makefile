# Two commands need nothing but git, make and Python 3.11 or newer: `make run` and `make test`.
#
#   PORT=8000            where the portal answers         HOST=127.0.0.1   on which address
#   PORTAL_DATA=./var    database, indexes, uploads       DATABASE_URL=…   PostgreSQL instead of SQLite
#   PART=walks           of `make must`                   ARGS=…           more options for pytest
#   WORKERS=auto         processes of `make test`, one for each core unless told

PYTHON ?= python3
PORT ?= 8000
HOST ?= 127.0.0.1
PART ?=
ARGS ?=
SEED ?= 1
COUNT ?= 120
WORKERS ?= auto

BIN := .venv/bin
UV_VERSION := 0.13.9
export PIP_DISABLE_PIP_VERSION_CHECK := 1
export PYTHONUNBUFFERED := 1
# Installing compiles nothing (a third of its time); Python keeps what it compiles when it first imports it.
unexport PYTHONDONTWRITEBYTECODE
INSTALL := $(BIN)/pip install --quiet --no-compile --require-hashes --requirement
# The suite makes its own data folder; a person's is never touched.
TEST := env -u PORTAL_DATA -u DATABASE_URL $(BIN)/python
# A process that has nothing left to do takes tests from another; more than eight would only make databases.
SHARED := --numprocesses=$(WORKERS) --maxprocesses=8 --dist=worksteal

.DEFAULT_GOAL := help
.PHONY: help run serve test test-fast test-sqlite test-postgres must mutate lint format bench lock clean

help: ## what there is
	@echo 'make TARGET [PORT=8000] [PORTAL_DATA=./var] [PART=walks] [ARGS=…]'
	@sed -n 's/^\([a-z-]*\):[^#]*## \(.*\)/  \1|\2/p' $(MAKEFILE_LIST) | awk -F'|' '{ printf "%-16s %s\n", $$1, $$2 }'

# --- the portal ------------------------------------------------------------------------------------------
SERVE = serve --host $(HOST) --port $(PORT)
# Each step is left out while the files behind '::' and the database are those of the last time.
BEFORE_DEMO = \
	'$(SERVE) --check' \
	'migrate --no-input --verbosity 0 :: */migrations/*.py */*/migrations/*.py requirements.lock' \
	'load_reference :: matching/data/*' \
	'setup_cms :: cms/site_setup.py cms/initial_texts.py cms/editor_groups.py'
AFTER_DEMO = \
	'collectstatic --no-input --verbosity 0 :: portal/web/static/**/* requirements.lock' \
	'index_positions :: matching/*.py matching/*/*.py matching/data/*' \
	'index_search --if-stale'

run: .venv/.run ## serve the portal with demo data; the second time it starts in seconds
	@PORTAL_BASE_URL=$${PORTAL_BASE_URL:-http://localhost:$(PORT)} exec \
	  $(BIN)/python manage.py steps $(BEFORE_DEMO) 'demo --scale small --if-empty' $(AFTER_DEMO) --then '$(SERVE)'

serve: .venv/.run ## serve the portal without demo data, under the settings of DJANGO_SETTINGS_MODULE
	@exec $(BIN)/python manage.py steps $(BEFORE_DEMO) $(AFTER_DEMO) --then '$(SERVE)'

# --- the tests -------------------------------------------------------------------------------------------
test: .venv/.test ## everything: on SQLite, in Chromium, then on PostgreSQL
	@sh tests/install.sh
	@env -u PORTAL_DATA -u DATABASE_URL $(BIN)/python -m tests.harness.needs
	@$(MAKE) --no-print-directory test-sqlite
	@$(MAKE) --no-print-directory test-postgres

test-fast: .venv/.test ## the daily suite: SQLite, no browser, nothing slow; under four minutes
	$(TEST) -m pytest --fast $(SHARED) $(ARGS)

test-sqlite: .venv/.test
	$(TEST) -m pytest $(SHARED) $(ARGS)

test-postgres: .venv/.test
	$(TEST) -m tests.postgres -- $(BIN)/python -m pytest -m 'not browser' --ignore=tests/house $(SHARED) $(ARGS)

must: .venv/.test ## what a part must show, a line for each: make must PART=walks
	@test -n '$(PART)' || { echo 'make must PART=…: see tests/must.toml'; exit 2; }
	@sh tests/install.sh
	$(TEST) -m pytest --must=$(PART) -q $(ARGS)

mutate: .venv/.test ## small faults in the domain code and which tests notice: make mutate SEED=1 COUNT=120
	$(TEST) -m tests.mutation --seed $(SEED) --count $(COUNT) $(ARGS)

lint: .venv/.test ## style, types, import contracts, templates, migrations
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	env -u PORTAL_DATA -u DATABASE_URL $(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/djlint templates portal cms --lint --quiet
	env -u PORTAL_DATA -u DATABASE_URL DJANGO_SETTINGS_MODULE=portal.settings.test \
		$(BIN)/python manage.py makemigrations --check --dry-run
	env -u PORTAL_DATA -u DATABASE_URL DJANGO_SETTINGS_MODULE=portal.settings.test \
		$(BIN)/python manage.py lint_migrations

format: .venv/.test ## let ruff write the style
	$(BIN)/ruff check --fix
	$(BIN)/ruff format

bench: .venv/.test ## p50, p95 and requests per second; sizes are in each script
	@for script in tests/benchmarks/[a-z]*.py; do \
		name=$$(basename $$script .py); echo "== $$name"; \
		$(BIN)/python -m tests.benchmarks.$$name || exit 1; \
	done

# --- what the rest stands on -----------------------------------------------------------------------------
.venv/bin/pip:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
		echo '$(PYTHON) is older than 3.11 or missing: install Python 3.11+, or say PYTHON=/path/to/python3.11'; exit 1; }
	$(PYTHON) -m venv .venv

.venv/.run: requirements.lock | .venv/bin/pip
	$(INSTALL) requirements.lock
	@touch $@

.venv/.test: requirements-dev.lock | .venv/bin/pip
	$(INSTALL) requirements-dev.lock
	@touch $@ .venv/.run

# The locks name no registry, so that any mirror may serve them; the runtime's pins bind the tests'.
UV_COMPILE = .tools/bin/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	--no-emit-index-url --no-annotate --no-header

lock: .tools/bin/uv ## write both lock files anew from pyproject.toml (ARGS=--upgrade for newer versions)
	$(UV_COMPILE) $(ARGS) pyproject.toml --output-file requirements.lock
	$(UV_COMPILE) $(ARGS) pyproject.toml --group dev --constraint requirements.lock --output-file requirements-dev.lock

.tools/bin/uv:
	$(PYTHON) -m venv .tools
	.tools/bin/pip install --quiet uv==$(UV_VERSION)

clean: ## forget what was built; the data folder stays
	rm -rf .venv .tools .pytest_cache .mypy_cache .ruff_cache .import_linter_cache test-results
