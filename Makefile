# Every habit of the project; `make` alone lists them.
.DEFAULT_GOAL := help
.PHONY: help environments run demo chat test check check-messages train interpret evaluate learn learning-curve \
	bench benchmark-nlu chaos fuzz cross-validate validate lock format \
	test-conversations test-browser-and-faults

PYTHON := .venv/bin/python
BOT_PYTHON := bot/.venv/bin/python
# Tests that start the whole stack, or a browser, wait as much as they compute: half of them beside the
# other half.
CONVERSATIONS := tests/conversations
BROWSER_AND_FAULTS := tests/browser tests/chaos tests/scale
WHOLE := $(CONVERSATIONS) $(BROWSER_AND_FAULTS)
UNIT_TESTS := $(PYTHON) -m pytest $(WHOLE:%=--ignore %) --numprocesses auto --maxprocesses 4 --dist loadfile
export RASA_TELEMETRY_ENABLED := false
export SQLALCHEMY_SILENCE_UBER_WARNING := 1
export TF_CPP_MIN_LOG_LEVEL := 3

help: ## list the targets
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 18

environments: ## make or update .venv and bot/.venv from their locks
	@./bootstrap.sh

run: environments ## start everything, and stop it with Ctrl-C
	@$(PYTHON) -m stack

demo: environments ## fill the console with a year of made-up activity; ARGS=--remove takes it out
	@$(PYTHON) -m catalog demo $(ARGS)

chat: environments ## talk with the running assistant in this terminal
	@$(PYTHON) -m web.terminal $(ARGS)

test: environments ## run every test: both environments, SQLite and PostgreSQL, whole conversations
	@$(PYTHON) -m stack.train
	@$(MAKE) --no-print-directory validate
	@PYTHONWARNINGS=ignore $(BOT_PYTHON) -m bot.evaluate --output var/evaluation 2>var/log/evaluate.log
	$(BOT_PYTHON) -W ignore::DeprecationWarning -m pytest -c bot/pytest.ini bot/tests
	$(UNIT_TESTS)
	@$(MAKE) --no-print-directory --jobs 2 --output-sync test-conversations test-browser-and-faults

test-conversations:
	$(PYTHON) -m pytest $(CONVERSATIONS)

test-browser-and-faults:
	$(PYTHON) -m pytest $(BROWSER_AND_FAULTS)

fuzz: environments ## attack every input for some minutes, and tell how many attempts of each kind
	ABUSE_LONG=1 $(PYTHON) -m pytest tests/abuse --quiet $(ARGS)

bench: environments ## this bot in service beside what `rasa init` gives: a quarter of an hour
	@PYTHONWARNINGS=ignore $(PYTHON) -m tests.benchmarks.assistant $(ARGS)

chaos: environments ## kill, stop and fill what the service stands on, under load; ARGS=--seed=N repeats a run
	$(PYTHON) -m pytest tests/chaos --long --capture no $(ARGS)

check: environments ## the fast subset: style and unit tests, on SQLite and PostgreSQL
	$(PYTHON) -m ruff check .
	$(PYTHON) -m ruff format --check .
	$(UNIT_TESTS)

learn: environments ## train a candidate on what reviewers taught, and compare it
	@PYTHONWARNINGS=ignore $(PYTHON) -m stack.learn $(ARGS)

learning-curve: environments ## learn from 25 to 100 % of the messages: does more still pay?
	@PYTHONWARNINGS=ignore $(BOT_PYTHON) -m bot.learning_curve

cross-validate: environments ## judge each training message by models that have not seen it
	@PYTHONWARNINGS=ignore $(BOT_PYTHON) -m bot.cross_validation

check-messages: environments ## the rules that the written messages keep
	$(BOT_PYTHON) -W ignore::DeprecationWarning -m pytest -c bot/pytest.ini bot/tests/test_training_data.py

validate: ## check the Rasa project: data, domain, rules
	@PYTHONWARNINGS=ignore bot/.venv/bin/rasa data validate

train: environments ## train the model if what it is made from has changed
	@$(PYTHON) -m stack.train

benchmark-nlu: environments ## this bot's understanding beside its peers', on the same messages: half an hour
	@PYTHONWARNINGS=ignore $(BOT_PYTHON) -m bot.benchmark $(ARGS) 2>var/log/benchmark-nlu.log

interpret: ## interpret JSON lines of standard input: {"id", "text", "language"?}
	@$(MAKE) --no-print-directory train </dev/null >&2
	@PYTHONWARNINGS=ignore $(BOT_PYTHON) -m bot.interpret

evaluate: train ## measure the model on the evaluation messages, with pictures in docs/evaluation/
	@PYTHONWARNINGS=ignore $(BOT_PYTHON) -m bot.evaluate 2>var/log/evaluate.log

lock: ## resolve both locks again, newest versions
	.tools/bin/uv pip compile pyproject.toml --extra test --universal --python-version 3.11 \
		--generate-hashes --no-header --quiet --upgrade --output-file requirements.lock
	cd bot && ../.tools/bin/uv pip compile requirements.in --override overrides.txt --universal \
		--python-version 3.10 --generate-hashes --no-header --quiet --upgrade \
		--output-file requirements.lock

format: ## put the code in the project's style
	$(PYTHON) -m ruff check --fix .
	$(PYTHON) -m ruff format .
