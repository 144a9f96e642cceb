# The two commands of the README are `make run` and `make test`; both set up all that they need in .venv.
.PHONY: run test demo bench eval lint types lock clean

PYTHON ?= python3
BIN := .venv/bin
ARGS ?=

run: .venv/run.stamp
	$(BIN)/dlp run $(ARGS)

demo: .venv/run.stamp
	$(BIN)/python -P -m dlp.demo $(ARGS)

# A file of tests stays in one process, since its tests share what it made; ARGS="-n 0" runs all in one.
test: .venv/dev.stamp
	$(BIN)/python -m pytest -n auto --maxprocesses 4 --dist loadfile -m "not root and not browser and not server and not long" $(ARGS)

bench: .venv/dev.stamp
	$(BIN)/python -m benchmarks $(ARGS)

eval: .venv/dev.stamp
	$(BIN)/python -m benchmarks.eval --write docs/accuracy.md $(ARGS)

lint: .venv/dev.stamp
	$(BIN)/ruff check .

types: .venv/dev.stamp
	$(BIN)/mypy

# Exact versions with digests, for the two commands above; run after a change of setup.py.
lock: .venv/dev.stamp
	$(BIN)/python bootstrap/lock.py

.venv/run.stamp: requirements.lock setup.py
	$(PYTHON) bootstrap/environment.py requirements.lock
	touch $@

.venv/dev.stamp: requirements-dev.lock setup.py
	$(PYTHON) bootstrap/environment.py requirements-dev.lock
	touch $@ .venv/run.stamp

clean:
	rm -rf .venv build *.egg-info
