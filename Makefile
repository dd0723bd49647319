# One word for the newcomer: `make` checks everything. `make demo` and `make test` need nothing but Python and make.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready

.DEFAULT_GOAL := check
.PHONY: check lint types imports test docs docs-unchanged fix golden samples screenshots bench bench-scale demo clean

$(READY): setup.cfg pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[test]'
	touch $@

check: lint types imports test docs-unchanged  ## everything that a change must pass

lint: $(READY)
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .

types: $(READY)
	$(BIN)/mypy

imports: $(READY)
	$(BIN)/lint-imports

test: $(READY)  ## the tests; those that need LibreOffice are skipped where it is missing
	$(BIN)/python -m pytest -q -n auto --dist loadfile

docs: $(READY)  ## write the generated pages of docs/ anew
	$(BIN)/python -m docs.generate

docs-unchanged: $(READY)
	$(BIN)/python -m docs.generate --check

fix: $(READY)
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

golden: $(READY)  ## accept what the workbooks look like now; read the difference before you commit it
	DIMM_XL_GOLDEN=accept $(BIN)/python -m pytest -q tests/test_golden.py

samples: $(READY)  ## run the sample campaign anew and accept its results
	$(BIN)/python -m samples.regenerate

screenshots: $(READY)  ## take the pictures of README and guide anew (needs LibreOffice and poppler-utils)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check 'pillow>=10'
	$(BIN)/python -m docs.screenshots

bench: $(READY)  ## speed as ratios between peers; docs/performance.md holds the last table
	$(BIN)/python -m benchmarks.bench

bench-scale: $(READY)  ## the same with 10,000 returns against 1,000 (an hour on two cores)
	$(BIN)/python -m benchmarks.bench --returns 1000

demo: $(READY)  ## issue questionnaires, make up returns, run the main job
	rm -rf demo
	$(BIN)/dimm-xl issue demo/questionnaires --sector tourism --size sme --organisation "Hôtel des Tilleuls"
	$(BIN)/dimm-xl issue demo/questionnaires --sector health --size public --lang en
	$(BIN)/dimm-xl issue demo/questionnaires --sector tourism --size sme --organisation "Hôtel des Tilleuls" --form audit
	$(BIN)/dimm-xl sample demo/returns --returns 60 --seed 2026
	$(BIN)/dimm-xl sample demo/returns/audits --returns 5 --seed 2027 --form audit
	$(BIN)/dimm-xl run demo/returns demo/results
	@echo "Open demo/results/consolidated.xlsx, then any workbook of demo/results/organisations."

clean:
	rm -rf $(VENV) demo build dist *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis
