# `make serve` and `make test` set up whatever they need first; `make help` lists the rest.
# PYTHON=… names the interpreter, VENV=… the virtual environment, ARGS=… passes flags on.
# TEST_MINUTES=… stops the tests after so long; without it they are stopped in CI alone.

VENV ?= .venv
# Looked up only when a virtual environment is to be made.
PYTHON ?= $(shell sh .ci/find-python)
ifeq ($(OS),Windows_NT)
BIN := $(VENV)/Scripts
else
BIN := $(VENV)/bin
endif
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet
# Programs that tests call, and that have environments of their own.
TOOLS := $(VENV)/tools
# The releases of the real engines that the mock is compared with.
ENGINES := tests/system/differential/environments

export MYPYPATH := .ci/src
# Sets of words come in the same order in every run of the tests; `fuzz` leaves that to chance too.
quick pytest coverage: export PYTHONHASHSEED := 0

.DEFAULT_GOAL := help
.PHONY: help serve test venv tools format lint types layers quick pytest coverage fuzz fidelity wheel benchmarks lock clean FORCE

help: ## list the targets
	@grep -E '^[a-z]+:.* ## ' Makefile | sed -E 's/^([a-z]+):.* ## /\1	/' | while IFS='	' read -r name text; do printf '  make %-11s %s\n' "$$name" "$$text"; done

serve: $(VENV)/.installed ## install taskmock and serve it (ARGS="--port 9000")
	$(BIN)/taskmock serve $(ARGS)

test: lint types layers coverage ## install everything and run all checks, as CI does

venv: $(VENV)/.developed ## the virtual environment with everything in it

# An interpreter that is named replaces an environment made with another one.
ifneq ($(origin PYTHON),file)
ifneq ($(shell cat $(VENV)/.python 2>/dev/null),$(PYTHON))
$(VENV)/.created: FORCE
endif
endif

$(VENV)/.created:
	sh .ci/make-venv "$(PYTHON)" $(VENV)
	$(PIP) install -c constraints.txt --upgrade pip setuptools
	@printf '%s\n' "$(PYTHON)" > $(VENV)/.python
	@touch $@

$(VENV)/.installed: $(VENV)/.created pyproject.toml constraints.txt
	@# setuptools warns of every editable installation
	PYTHONWARNINGS=ignore $(PIP) install -c constraints.txt --no-build-isolation --editable '.[faker]'
	@touch $@

$(VENV)/.developed: $(VENV)/.installed
	$(PIP) install -c constraints.txt --group dev
	@touch $@

# In the environment of the tests its plugin would slow every start of pytest down.
$(TOOLS)/.schemathesis: $(VENV)/.developed
	$(BIN)/python -m venv --without-pip $(TOOLS)/schemathesis
	$(PIP) --python $(TOOLS)/schemathesis install -c constraints.txt --group openapi
	@touch $@

tools: $(TOOLS)/.schemathesis ## the programs that tests call
	@sh .ci/need curl curl "the README's curl commands"
	@sh .ci/need chromium chromium "HTML reports in a browser"
	@sh .ci/need npm npm "TypeScript clients"
	@sh .ci/typescript $(TOOLS)/typescript
	@sh .ci/engines $(ENGINES)/engine-3.0.txt $(TOOLS)/engine-3.0

format: $(VENV)/.developed ## format the code and apply safe fixes
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

lint: $(VENV)/.developed ## ruff: format and rules
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .

types: $(VENV)/.developed ## mypy, strict
	$(BIN)/mypy

layers: $(VENV)/.developed ## import-linter: layers, cycles, the pure core
	$(BIN)/lint-imports --no-logo

# Chosen by what they cover for their time: the core on recorded histories, the rules, one door, one command.
QUICK := $(wildcard tests/mockserver/core/test_*.py tests/mockserver/core/engine/test_[eow]*.py tests/mockserver/playback/test_[ps]*.py tests/contracts/api/bk_sops/rules/test_*.py) \
  tests/mockserver/api/bk_sops/documents/test_captured_histories.py \
  tests/contracts/api/bk_sops/test_captures.py tests/contracts/api/bk_sops/test_envelope.py \
  tests/contracts/api/bk_sops/lifecycle/test_rollback.py tests/contracts/api/bk_sops/lifecycle/test_rules.py \
  tests/schemas/test_loader.py tests/mockserver/scenarios/test_files.py tests/mockserver/api/bk_sops/gateways/test_registry.py \
  tests/mockserver/cli/test_help.py tests/mockserver/cli/test_serve.py::test_serve_ends_at_a_signal tests/system/package/test_repository.py

quick: lint ## an answer within a minute: ruff, and the tests that tell most for their time
	$(BIN)/python -m pytest -q -n 2 -m "not hypothesis" $(QUICK) $(ARGS)

pytest: $(VENV)/.developed tools ## the tests alone, without coverage (ARGS="tests/schemas -k seed")
	$(BIN)/python -m pytest $(ARGS)

coverage: $(VENV)/.developed tools ## the tests under branch coverage, with the threshold
	$(BIN)/python .ci/measured_tests.py $(ARGS)

fuzz: $(VENV)/.developed ## the property tests with new and more examples (`make test` draws the same every time)
	$(BIN)/python -m pytest -m hypothesis --hypothesis-profile fuzz -n auto $(ARGS)

accept-openapi: $(VENV)/.developed tools ## the answers to thousands of calls drawn from the OpenAPI document
	OPENAPI_EXAMPLES=20 $(BIN)/python -m pytest tests/system/clients/test_openapi_conformance.py $(ARGS)

PAIRS ?= 1000
SEED ?= 0

fidelity: $(VENV)/.developed ## random pipelines and operations on the real engines and on the mock (PAIRS=10000 SEED=1)
	@sh .ci/engines $(ENGINES)/engine-3.0.txt $(TOOLS)/engine-3.0
	@sh .ci/engines $(ENGINES)/engine-2.11.txt $(TOOLS)/engine-2.11
	@cd tests && $(abspath $(BIN))/python -m system.differential.fidelity --pairs $(PAIRS) --seed $(SEED) $(ARGS)

wheel: $(VENV)/.developed ## build the wheel and the source distribution into dist/
	rm -rf build dist
	$(BIN)/python -m build --no-isolation --outdir dist

benchmarks: $(VENV)/.developed ## the start-up and generation ratios
	$(BIN)/python benchmarks/collect.py
	$(BIN)/python benchmarks/start.py
	$(BIN)/python benchmarks/generate.py

lock: $(VENV)/.developed ## pin the newest allowed dependencies in constraints.txt
	$(BIN)/python .ci/lock.py

clean: ## remove what make and the tools made, the virtual environment too
	rm -rf $(VENV) build dist htmlcov *.egg-info .coverage .coverage.* .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
