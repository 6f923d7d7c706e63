# Everything a person or a machine does with this project. `make` lists it.
# VENV is where it is set up, INSTALL what is installed there (a wheel, for example).
PYTHON ?= python3
VENV ?= .venv
INSTALL ?= -e .
BIN := $(VENV)/bin
READY := $(VENV)/.ready

.PHONY: help setup demo test check format wheel bench evals pictures golden clean

help:  ## list the targets
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*##/\t/' | expand -t 12

setup: $(READY)  ## a virtual environment with acx and what its tests need

$(READY): pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo 'acx needs Python 3.11 or later: make PYTHON=python3.11 ...' >&2; exit 1; }
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check $(INSTALL)[dev]
	@touch $(READY)

demo: $(READY)  ## learn from a sample session, and show what came of it
	@PATH="$(abspath $(BIN)):$$PATH" sh tests/demo/demo.sh

test: $(READY)  ## run all tests
	$(BIN)/pytest -n 2 $(ARGS)

check: $(READY)  ## format, lint, types, architecture
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/pytest -q tests/test_architecture.py

format: $(READY)  ## put the code into its form
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

wheel: $(READY)  ## build dist/*.whl
	rm -rf dist
	$(BIN)/python -m pip wheel --quiet --disable-pip-version-check --no-deps --wheel-dir dist .

bench: $(READY)  ## measure: start-up, appending, a lesson, memory
	@$(BIN)/python tests/bench/bench.py

evals: $(READY)  ## measure how well the learners learn; ARGS="--misses" says where they don't
	@$(BIN)/python tests/evals/evals.py $(ARGS)
	@[ -n "$(ARGS)" ] || $(BIN)/python tests/evals/evals.py --learner replay
	@case "$(ARGS) $$ANTHROPIC_API_KEY$$ANTHROPIC_BASE_URL" in *--learner*|*" ") ;; \
	  *) $(BIN)/python tests/evals/evals.py --learner anthropic $(ARGS) ;; esac

pictures: $(READY)  ## the README's pictures, from a real run
	@$(BIN)/python tests/demo/pictures.py

golden: $(READY)  ## write the golden files anew; read the diff before you commit it
	GOLDEN=write $(BIN)/pytest -q -k golden

clean:  ## remove what make made
	rm -rf $(VENV) dist .demo .mypy_cache .pytest_cache .ruff_cache .hypothesis
