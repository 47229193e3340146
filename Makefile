# Every target sets up what it needs: `make demo` and `make test` work in a fresh clone.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check
BACKENDS := tensorflow jax torch

# What pip is asked for when PyTorch is installed. Empty: the CPU build where pip's indexes or
# wheel folders offer one, else the default build, which on Linux brings CUDA. To be sure of the
# CPU build, add PyTorch's index of CPU wheels:
#   make test TORCH_INSTALL="torch==2.13.0 --index-url <PyTorch's index of CPU wheels>"
TORCH_INSTALL ?=

# Two processes with one thread each leave two cores busy while one of them compiles.
TEST_WORKERS ?= 2
# With bytecode: workers and child processes would otherwise compile every module anew.
PYTEST := PYTHONDONTWRITEBYTECODE= TF_CPP_MIN_LOG_LEVEL=3 $(BIN)/python -m pytest -q
TESTS := per_backend

# `make test-one-backend BACKEND=jax ARGUMENTS="tests/models -k loop"`
BACKEND ?= tensorflow
ARGUMENTS ?= tests

# `make fuzz`
CASES ?= 10000
SEED ?= 0

.DEFAULT_GOAL := help
.PHONY: help demo albert_micro test test-one-backend $(BACKENDS:%=test-%)
.PHONY: matrix $(BACKENDS:%=matrix-%) lint format bench fuzz clean

help:
	@echo "make demo              the whole path on the PostgreSQL manual, with a page of results"
	@echo "make test              the whole suite on TensorFlow, JAX and PyTorch"
	@echo "make test-one-backend  BACKEND=tensorflow|jax|torch, ARGUMENTS='tests/models'"
	@echo "make lint              ruff, mypy, import-linter"
	@echo "make matrix            every artifact of every task, from every backend"
	@echo "make bench             timings beside KerasHub and transformers"
	@echo "make fuzz              ten thousand damaged files, for every loader"
	@echo "make albert_micro      trains the weights that ship again, about an hour"
	@echo "make clean             removes .venv and everything built"

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "Error: $(PYTHON) is older than 3.11. Try make PYTHON=python3.12"; exit 1; }
	$(PYTHON) -m venv $(VENV)

# A stamp file for each set of extras, remade when pyproject.toml changes. The demo needs no
# PyTorch: JAX trains, and TensorFlow (which KerasHub brings along) writes the exported model.
$(VENV)/.demo: pyproject.toml | $(BIN)/python
	$(PIP) install -q -e ".[jax,export]"
	@touch $@

$(VENV)/.lint: pyproject.toml | $(BIN)/python
	$(PIP) install -q -e ".[dev]"
	@touch $@

$(VENV)/.test: pyproject.toml | $(BIN)/python
	@if [ -n "$(TORCH_INSTALL)" ]; then $(PIP) install -q $(TORCH_INSTALL); \
	elif ! $(PIP) install -q "torch==2.13.0+cpu" 2>/dev/null; then \
		echo "pip finds no CPU build of torch here: taking the default one (see TORCH_INSTALL in the Makefile)"; \
		$(PIP) install -q "torch==2.13.0"; \
	fi
	$(PIP) install -q -e ".[tensorflow,jax,torch,export,onnx,openvino,huggingface,datasets,examples,bench,dev]"
	@touch $@

demo: $(VENV)/.demo
	$(BIN)/python -m examples.demo

# The weights the package ships: trained again from the text, with the same recipe.
albert_micro: $(VENV)/.demo
	$(BIN)/python -m examples.train_albert_micro

test: $(BACKENDS:%=test-%)

# What does not depend on the backend runs on PyTorch, which compiles nothing.
test-torch: TESTS := per_backend or once
$(BACKENDS:%=test-%): test-%: $(VENV)/.test
	KERAS_BACKEND=$* OMP_NUM_THREADS=1 $(PYTEST) -n $(TEST_WORKERS) --dist worksteal -m "$(TESTS)" tests

# Every artifact of every task from every backend, about ten minutes each.
matrix: $(BACKENDS:%=matrix-%)

$(BACKENDS:%=matrix-%): matrix-%: $(VENV)/.test
	KERAS_BACKEND=$* OMP_NUM_THREADS=1 $(PYTEST) -n $(TEST_WORKERS) --dist worksteal -m matrix tests/export/test_matrix.py

test-one-backend: $(VENV)/.test
	KERAS_BACKEND=$(BACKEND) $(PYTEST) $(ARGUMENTS)

lint: $(VENV)/.lint
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

format: $(VENV)/.lint
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

bench: $(VENV)/.test
	$(BIN)/python -m bench

# `make fuzz CASES=10000 SEED=0`: damaged files for every loader; the tests have a few hundred.
fuzz: $(VENV)/.test
	KERAS_BACKEND=torch OMP_NUM_THREADS=1 $(BIN)/python -m tests.fuzz --cases $(CASES) --seed $(SEED)

clean:
	rm -rf $(VENV) build dist *.egg-info demo-output bench-output micro-output
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
