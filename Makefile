# Everything a newcomer needs: `make demo` and `make test`. Each target sets up .venv when needed.
PYTHON ?= python3
SUITE ?= trixie
BIN := .venv/bin

.PHONY: demo test check hosts bench soak clean

demo: .venv/.ready
	$(BIN)/dreambridge demo
	@echo
	@echo "The program is $(BIN)/dreambridge. To dream a picture of your own:"
	@echo "    $(BIN)/dreambridge dream photo.jpg dream.png"

test: .venv/.ready
	$(BIN)/python -m pytest -n 2 --durations=30

check: .venv/.ready
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/python tools/audit.py

# The real GIMP and Krita, for the tests that run them.
hosts:
	tools/hosts/provision $(SUITE)

bench: .venv/.ready
	$(BIN)/python bench/run.py

# The bridge under faults, load and attack at full length: about ten minutes.
soak: .venv/.ready
	$(BIN)/python -m pytest tests/reliability --soak

clean:
	rm -rf .venv out .pytest_cache .mypy_cache .ruff_cache .hypothesis

.venv/.ready: pyproject.toml tools/venv
	PYTHON=$(PYTHON) tools/venv .venv
	touch $@
