# Verbs of the project. `make demo` and `make test` work on a fresh clone with Python 3.11 or newer.
PYTHON ?= python3
BIN := .venv/bin
# On all cores at once, and also where Python itself may not write byte code: a start then takes a third of the time.
# Tests start many processes of the project's own modules, too.
COMPILE = $(BIN)/python -m compileall -q -j 0 $(1) >/dev/null 2>&1 || true
OWN := session_store dashboard simulators tests

.PHONY: demo drill run venv test-venv check test coverage bench crash rules-page screenshots clean

demo: .venv/.runtime
	@exec $(BIN)/python -m dashboard.demo

# A scenario played live to a team, as in: make drill SCENARIO=hypertensive-surge MINUTES=10
drill: .venv/.runtime
	@exec $(BIN)/python -m dashboard.drill $(SCENARIO) $(if $(MINUTES),--minutes $(MINUTES)) $(if $(SPEED),--speed $(SPEED))

run: .venv/.runtime
	@exec $(BIN)/python -m dashboard.app

venv: .venv/.runtime

.venv/.runtime: requirements.txt
	$(PYTHON) -c 'import sys; sys.exit("Python 3.11 or newer is needed" if sys.version_info < (3, 11) else 0)'
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-compile -r requirements.txt
	@$(call COMPILE,.venv/lib)
	touch .venv/.runtime

test-venv: .venv/.tests

.venv/.tests: .venv/.runtime tests/requirements.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-compile -r tests/requirements.txt
	@$(call COMPILE,.venv/lib)
	touch .venv/.tests

# One worker more than cores, as tests of servers also wait; a file stays whole, as some share a database, in the order
# that conftest.py gives. Browsers measure time: they run alone.
WORKERS = $$($(BIN)/python -c 'import os; print((os.cpu_count() or 1) + 1)')
NO_BROWSER = --ignore=tests/browser
PARALLEL = -n $(WORKERS) --dist loadfile --no-loadscope-reorder

# The fast part: style, types, import rules, and every test that needs no browser, no PostgreSQL and no crash.
check: .venv/.tests
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	@$(call COMPILE,$(OWN))
	$(BIN)/python -m pytest -q $(PARALLEL) -m "not slow" $(NO_BROWSER)

test: .venv/.tests
	@tests/browser/find-chromium
	@tests/storage/find-postgresql >/dev/null
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	@$(call COMPILE,$(OWN))
	$(BIN)/python -m pytest -q $(PARALLEL) $(NO_BROWSER)
	$(BIN)/python -m pytest -q tests/browser

# Which lines the tests of this process run; what a server in a process of its own runs is not counted.
coverage: .venv/.tests
	@tests/storage/find-postgresql >/dev/null
	$(BIN)/python -m pytest -q $(PARALLEL) $(NO_BROWSER) --cov --cov-report=term:skip-covered

bench: .venv/.tests
	@tests/browser/find-chromium
	$(BIN)/python -m tests.bench

# Many kills and power losses; N of each kind, S the first seed.
N ?= 500
S ?= 1
crash: .venv/.tests
	@tests/storage/find-postgresql
	$(BIN)/python -m tests.crash --kills $(N) --seed $(S)

# All alert rules with the tables that specify them, on one page for the medical director.
rules-page: .venv/.tests
	@$(BIN)/python -m tests.spec var/rules.html

screenshots: .venv/.tests
	@tests/browser/find-chromium
	$(BIN)/python -m tests.browser.screenshots

# Never touches var/infusion.sqlite: a clinic's record is not something to clean.
clean:
	rm -rf .venv var/demo.sqlite* var/drill.sqlite*
