# Everything happens in .venv and, for `make run`, in var/. Nothing needs root, and every target may run again.

PYTHON ?= python3
PORT ?= 8000
DATA_DIR ?= var
ARGS ?=

# uv trusts the certificates of the machine, as pip does.
export UV_SYSTEM_CERTS ?= true

BIN := .venv/bin
RUNTIME := .venv/installed-runtime
DEV := .venv/installed-dev

.DEFAULT_GOAL := help
.PHONY: help install dev run test check lint thorough durability fuzz mutants chaos drill bench clean again

help: ## list the targets
	@echo "make TARGET, where TARGET is one of"
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/  \1	\2/p' Makefile | expand -t 14
	@echo "Variables: PYTHON=python3.12 PORT=8000 DATA_DIR=var ARGS='-k name' (for pytest)"

install: $(RUNTIME) ## set up what `make run` needs, in .venv

dev: $(DEV) ## set up what tests and linters need as well

run: $(RUNTIME) ## set up and run the whole product on this machine; Ctrl-C stops it
	@exec $(BIN)/python -m blogqueue demo --port "$(PORT)" --data-dir "$(DATA_DIR)"

# Some hundred processes are started in the tests: they and pytest compile our modules once, also where this is set.
test thorough durability: export PYTHONDONTWRITEBYTECODE :=

test: $(DEV) ## set up and run the tests, on a PostgreSQL and a Redis that they start
	$(BIN)/python -m pytest $(ARGS)

check: lint test ## linters, types, import contracts, tests

lint: $(DEV) ## the same without the tests
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/pyright
	$(BIN)/lint-imports

bench: $(DEV) ## measure
	$(BIN)/python -m bench $(ARGS)

thorough: $(DEV) ## run the checks' tests on every article and with many examples, and a browser on all pages; some minutes
	BLOGQUEUE_THOROUGH=1 $(BIN)/python -m pytest -m "not durability and not fuzz" --dist=load \
	  tests/writing tests/sandbox/test_articles.py tests/pages tests/test_bad_bodies.py $(ARGS)

# Native tracebacks: for its own, pytest parses the files again, and Python 3.11 fails at that now and then, which ends the run.
durability: $(DEV) ## run the tests that kill processes and stop services; some minutes
	$(BIN)/python -m pytest -m durability --tb=native $(ARGS)

fuzz: $(DEV) ## call everything that the API describes with generated data, for some minutes
	BLOGQUEUE_FUZZ_EXAMPLES=$${BLOGQUEUE_FUZZ_EXAMPLES:-200} $(BIN)/python -m pytest -m fuzz -n0 -rP tests/api $(ARGS)

mutants: $(DEV) ## break the code on purpose and list what no test notices; ARGS='--area refunds --sample 20'
	$(BIN)/python -m tests.mutation $(ARGS)

chaos: $(DEV) ## break things at random; ARGS='--orders 200 --faults 120 --seed 7'
	$(BIN)/python -m tests.durability.chaos $(ARGS)

drill: $(DEV) ## let five faults happen to thirty orders, and time where each shows; ARGS='--outage 600'
	$(BIN)/python -m tests.durability.drill $(ARGS)

clean: ## remove .venv and the caches; data in var/ stay
	rm -rf .venv .pytest_cache .ruff_cache .hypothesis .import_linter_cache
	find src tests bench -name __pycache__ -type d -prune -exec rm -rf {} +

# ---- the set-up -------------------------------------------------------------------------------------------------------

# A checkout that was moved, or whose Python was removed, is set up again: a virtual environment contains its path.
ifneq ($(shell [ "$$(cat .venv/place 2>/dev/null)" = "$$(pwd)" ] && $(BIN)/python -c '' 2>/dev/null && echo yes),yes)
.venv/place: again
endif
again:

.venv/place:
	@command -v "$(PYTHON)" >/dev/null || { \
	  echo "$(PYTHON) was not found: install Python 3.11 or newer, or name yours with PYTHON=/path/to/python3." >&2; exit 1; }
	@"$(PYTHON)" -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	  echo "blogqueue needs Python 3.11 or newer, and $(PYTHON) is $$("$(PYTHON)" -V 2>&1): name another with PYTHON=python3.12." >&2; exit 1; }
	@echo "Making .venv with $$("$(PYTHON)" -V) …"
	@rm -rf .venv
	@"$(PYTHON)" -m venv .venv >/dev/null 2>&1 \
	  || { rm -rf .venv; uv venv --quiet --seed --python "$(PYTHON)" .venv 2>/dev/null; } \
	  || { rm -rf .venv; "$(PYTHON)" -m virtualenv --quiet .venv 2>/dev/null; } \
	  || { rm -rf .venv; echo "Cannot make a virtual environment: the folder is not writable, or $(PYTHON) lacks its venv part (Debian, Ubuntu: apt-get install python3-venv)." >&2; exit 1; }
	@pwd > .venv/place

# Bytecode is compiled here, once, as pip does it. Otherwise each of the product's processes compiles its libraries when it
# starts, and does so every time where PYTHONDONTWRITEBYTECODE is set.
# uv takes 2 s where pip takes 30; if uv is not available, or does not find this machine's package index, pip is used.
define install
@echo "Installing $(1) …"
@[ -x $(BIN)/uv ] || $(BIN)/python -m pip install --quiet --disable-pip-version-check uv >/dev/null 2>&1 || true
@{ [ -x $(BIN)/uv ] && $(BIN)/uv pip install --quiet --compile-bytecode --python $(BIN)/python -c constraints.txt -e "$(1)" 2>/dev/null; } \
  || { echo "… with pip, because uv is not available or failed; this takes longer."; \
       $(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e "$(1)"; } \
  || { echo "The packages could not be installed: can this machine reach a package index?" >&2; exit 1; }
@touch $@
endef

$(RUNTIME): .venv/place pyproject.toml constraints.txt
	$(call install,.[demo])

$(DEV): .venv/place pyproject.toml constraints.txt
	$(call install,.[dev])
	@touch $(RUNTIME)
