# Everything a newcomer types. `make` alone says what there is.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PORT ?= 8000
TIMES ?= 1
# what one process has compiled, the next reads, whatever the environment says: tests and journeys start hundreds
export PYTHONDONTWRITEBYTECODE :=

.DEFAULT_GOAL := help
.PHONY: help setup run test faults fuzz bench eval check format pictures messages lock

help: ## say what there is
	@echo "Dealworthy: who may sell what."; echo
	@grep -E '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

setup: $(VENV)/ready ## install everything into .venv, nothing outside it

$(VENV)/ready: requirements/dev.txt pyproject.toml tools/setup.sh
	@sh tools/setup.sh "$(PYTHON)" "$(VENV)"
	@touch $@

run: setup ## serve with demo data at http://localhost:8000 (PORT=8010 for another port)
	@$(BIN)/dealworthy migrate
	@$(BIN)/dealworthy import --if-empty
	@$(BIN)/dealworthy seed --if-empty
	@echo; echo "Open http://localhost:$(PORT) and sign in as rep@example.com; the password is shown there."
	@echo "Stop with Ctrl-C. The data are in dealworthy.db; delete the file to start over."; echo
	@$(BIN)/dealworthy serve --port $(PORT)

test: setup ## run every test: rules, both databases, journeys in a real browser
	@echo "Running every test; journeys need a Chromium and are skipped, loudly, where there is none."
	@$(BIN)/pytest --numprocesses=auto --dist=worksteal

faults: setup ## kill, fill, stop and overload real processes, harder and longer than `make test` does; TIMES=10
	@for time in $$(seq $(TIMES)); do echo "Run $$time of $(TIMES)"; \
		FAULTS_KILLS=10 FAULTS_SITTERS=2000 $(BIN)/pytest -m faults --numprocesses=auto --dist=worksteal \
		|| exit 1; done

fuzz: setup ## send what nobody means to every form, address and reader, on the whole demonstration; TIMES=10
	@for time in $$(seq $(TIMES)); do seed=$${FUZZ_SEED:-$$(od -An -N4 -tu4 /dev/urandom | tr -d ' ')}; \
		echo "Run $$time of $(TIMES): FUZZ_SEED=$$seed"; \
		FUZZ_SEED=$$seed FUZZ_EXAMPLES=$${FUZZ_EXAMPLES:-20} $(BIN)/pytest -s tests/fuzz tests/api/test_schemathesis.py \
		|| exit 1; done

bench: setup ## measure the product beside a bare stack; BENCH="--database postgresql" and others, see BENCH=--help
	@$(BIN)/python -m bench $(BENCH)

eval: setup ## measure how red lines are found; target: precision and recall .95 in each language; EVAL=--failures
	@$(BIN)/python -m eval $(EVAL)

check: setup ## lint, types, floors, templates, catalogues, migrations, lock files
	@$(BIN)/ruff check
	@$(BIN)/ruff format --check
	@$(BIN)/mypy
	@$(BIN)/lint-imports
	@$(BIN)/djlint --quiet --lint templates
	@$(BIN)/python tools/check_catalogues.py
	@$(BIN)/python tools/check_migrations.py
	@$(BIN)/python tools/check_vendored.py
	@$(BIN)/dealworthy lint
	@echo "All checks passed."

format: setup ## bring the code into shape
	@$(BIN)/ruff check --fix --quiet || true
	@$(BIN)/ruff format

pictures: setup ## make the pictures in docs/ anew, from the demo, with Chromium
	@$(BIN)/python -m tools.make_pictures

messages: setup ## collect the sentences to translate into the catalogues; say which are not translated yet
	@$(BIN)/python tools/check_catalogues.py --write

lock: ## pin the newest versions that fit pyproject.toml, with hashes and without addresses (needs uv)
	@uv pip compile --quiet --universal --generate-hashes --no-header --no-emit-index-url --no-annotate --upgrade \
		pyproject.toml --output-file requirements/base.txt
	@uv pip compile --quiet --universal --generate-hashes --no-header --no-emit-index-url --no-annotate --upgrade \
		--extra dev pyproject.toml --output-file requirements/dev.txt
