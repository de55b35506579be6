# On a fresh Debian machine with Swift: `make demo` runs a demonstration, `make test` the tests.

SHELL := /bin/bash
.DEFAULT_GOAL := build
.PHONY: build demo test test-exports test-peers test-threads fuzz bench lint format man families docs release setup clean

DYNAMOE := .build/release/dynamoe
# Packages for the build, and for the tests with their independent peers.
BUILD_PACKAGES := libdnnl-dev libopenblas-dev zlib1g-dev pkg-config
TEST_PACKAGES := python3 python3-venv chromium fonts-dejavu-core strace
# Compiles llama.cpp for AVX2, as its AMX products of quantised weights end with an illegal
# instruction, and without image support; takes some minutes.
LLAMA_OPTIONS := -DGGML_NATIVE=OFF -DLLAVA_BUILD=OFF -DMTMD_BUILD=OFF
# gold, Swift's default linker, fails to link sanitizers.
THREADS := --scratch-path .build/thread -Xswiftc -sanitize=thread \
  -Xswiftc -Xclang-linker -Xswiftc -fuse-ld=lld
MODEL := fixtures/tiny-llama
OUT := out/demo
# Vocabularies of llama.cpp with their texts, from the source package of llama-cpp-python.
VOCABULARIES = $(wildcard out/peers/llama_cpp_python-*/vendor/llama.cpp/models)

build: setup
	swift build -c release --product dynamoe

# Installs missing packages; needs no privileges if there are none.
setup:
	@.ci/install-packages $(BUILD_PACKAGES)

demo: build
	@mkdir -p $(OUT)
	@DYNAMOE=$(DYNAMOE) MODEL=$(MODEL) OUT=$(OUT) .ci/demo

test: setup lint .venv/ready
	swift build -c release --build-tests
	.ci/docs
	swift test -c release --skip-build --disable-xctest

# Runs the Python of exported folders with routers in Transformers, for every family.
test-exports: build .venv-transformers/ready
	.venv-transformers/bin/python Tests/peers/transformers_routed.py $(DYNAMOE)

# Tests against slow peers, PyTorch, Transformers and llama.cpp, in a separate environment; and of
# packages that depend on this one by a git tag.
test-peers: build .venv-peers/ready out/peers/vocabularies
	.venv-peers/bin/python Tests/peers/transformers_logits.py $(DYNAMOE)
	@mkdir -p out/peers
	$(DYNAMOE) partition $(MODEL) -o out/peers/t.dmoe --text $(MODEL)/calibration.txt --force
	.venv-peers/bin/python Tests/peers/transformers_export.py $(DYNAMOE) out/peers/t.dmoe $(MODEL)
	.venv-peers/bin/python Tests/peers/transformers_families.py $(DYNAMOE)
	.venv-peers/bin/python Tests/peers/transformers_routed.py $(DYNAMOE)
	.venv-peers/bin/python Tests/peers/llama_export.py $(DYNAMOE)
	.venv-peers/bin/python Tests/peers/llama_encoders.py $(DYNAMOE)
	.venv-peers/bin/python fixtures/families/draft_family.py $(DYNAMOE) smollm3 --as-unknown -o out/peers/draft
	swift build -c release --product ListTokens
	.venv-peers/bin/python Tests/peers/llama_vocabularies.py .build/release/ListTokens $(VOCABULARIES)
	.venv-peers/bin/python Tests/peers/llama_tokens.py .build/release/ListTokens
	.venv-peers/bin/python Tests/peers/llama_saved.py $(DYNAMOE)
	.venv-peers/bin/python Tests/peers/real_models.py $(DYNAMOE) out/peers/models
	.venv-peers/bin/python Tests/peers/import_resaved.py $(DYNAMOE) out/peers/t.dmoe $(MODEL)
	.venv-peers/bin/python Tests/peers/finetune_run.py $(DYNAMOE) out/peers/t.dmoe $(MODEL)/calibration.txt
	.ci/examples RunAtBudget StreamTensors MakePlan
	out/examples/build/release/RunAtBudget out/peers/t.dmoe 0.5 "Once upon a time"
	out/examples/build/release/StreamTensors fixtures/families/llama3/model.gguf

# Tests under the thread sanitizer, except those that limit addresses or take too long with it.
test-threads: setup .venv/ready
	swift build -c release --build-tests $(THREADS)
	TSAN_OPTIONS=suppressions=$(CURDIR)/Tests/threads.suppressions SWIFT_BACKTRACE=enable=no \
	  swift test -c release $(THREADS) --skip-build --disable-xctest \
	  --skip 'AddressLimitTests|FaultTests|MutationTests|PathTests'

# Fuzzes each reader of untrusted input with libFuzzer for SECONDS (default 60).
fuzz: setup
	.ci/fuzz $(or $(SECONDS),60)

# Speed and memory on layers of 7B shape, as ratios; takes 40 minutes and 11 GB of disk.
bench: build .venv-peers/ready
	swift build -c release --product CodingBenchmark
	swift build -c release --product BlocksBenchmark
	.venv-peers/bin/python Tests/bench/bench.py $(DYNAMOE) out/bench

lint:
	swift format lint --strict -r Sources Tests Examples Package.swift

format:
	swift format -i -r Sources Tests Examples Package.swift

.venv/ready: Tests/requirements.txt
	@.ci/install-packages $(TEST_PACKAGES)
	python3 -m venv .venv
	.venv/bin/pip install --quiet --disable-pip-version-check -r Tests/requirements.txt
	@touch $@

.venv-transformers/ready: Tests/peers/transformers.txt Tests/requirements.txt
	@.ci/install-packages $(TEST_PACKAGES)
	python3 -m venv .venv-transformers
	.venv-transformers/bin/pip install --quiet --disable-pip-version-check -r Tests/peers/transformers.txt
	@touch $@

# The source package that holds the vocabularies.
out/peers/vocabularies: .venv-peers/ready
	@mkdir -p out/peers
	.venv-peers/bin/pip download --quiet --no-deps --no-binary llama-cpp-python -d out/peers \
	  llama-cpp-python==0.3.36
	tar xzf out/peers/llama_cpp_python-0.3.36.tar.gz -C out/peers
	@touch $@

.venv-peers/ready: Tests/peers/requirements.txt Tests/peers/transformers.txt
	@.ci/install-packages $(TEST_PACKAGES) g++
	python3 -m venv .venv-peers
	CMAKE_ARGS="$(LLAMA_OPTIONS)" \
	  .venv-peers/bin/pip install --quiet --disable-pip-version-check -r Tests/peers/requirements.txt
	@touch $@

# The pages carry the release date, so that the same source always gives the same pages.
man:
	rm -rf man && mkdir man
	swift package --allow-writing-to-package-directory generate-manual --multi-page \
	  --date 2026-11-21 --output-directory man

# Writes the table of docs/families.md from the families' descriptions.
families:
	swift build --product ListFamilies
	.ci/families .build/debug/ListFamilies

# Builds the library's reference in out/docs, a folder for any web server.
docs: setup
	swift build -c release --target DynamoeKit
	.ci/docs

# Builds one binary with the Swift runtime linked in; needs libc, libstdc++, OpenBLAS and zlib.
release: setup
	swift build -c release --product dynamoe --static-swift-stdlib
	@mkdir -p out/release
	install -m 755 $(DYNAMOE) out/release/dynamoe
	@ls -lh out/release/dynamoe

clean:
	rm -rf .build .venv .venv-transformers .venv-peers out
