# Two commands do everything on a fresh Debian 12 machine: make demo, make test.

SWIFT      ?= swift
PREFIX     ?= /usr/local
BUILD      := .build/release
# What the package needs of Debian: FFmpeg, fontconfig with FreeType, oneDNN and the team of threads beneath it.
PACKAGES   := libavcodec-dev libavformat-dev libavutil-dev libswscale-dev libswresample-dev \
              libfontconfig-dev libdnnl-dev libgcc-12-dev
# What the benchmarks against peers and the training need besides; neither is needed to render.
BENCHING   := python3-venv
TRAINING   := python3-venv fonts-noto-color-emoji unicode-cldr-core libfribidi0
LATENTWALK := $(BUILD)/latentwalk

# Installs those of some Debian packages that are missing.
define install
missing=$$(for p in $(1); do \
    dpkg-query -W -f '$${Status}' $$p 2>/dev/null | grep -q 'ok installed' || echo $$p; done); \
[ -z "$$missing" ] || { \
  echo "installing:" $$missing; \
  root=$$([ "$$(id -u)" = 0 ] || echo sudo); \
  $$root apt-get update -qq && $$root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq $$missing; }
endef

.PHONY: help demo test build dependencies install bench train format lint clean

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-13s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

demo: build ## render car-to-tiger.mp4 and car-to-tiger.png with the model that ships
	$(LATENTWALK) render Presets/car-to-tiger.yaml -o car-to-tiger.mp4 --fresh
	$(LATENTWALK) strip Presets/car-to-tiger.yaml --scale 3 -o car-to-tiger.png
	@echo "The film is $(CURDIR)/car-to-tiger.mp4"
	@echo "The strip is $(CURDIR)/car-to-tiger.png"

test: dependencies ## run the tests
	$(SWIFT) test -c release

build: dependencies ## build the command line tool, $(LATENTWALK)
	$(SWIFT) build -c release --product latentwalk

dependencies: ## install what is missing from Debian's packages
	@command -v $(SWIFT) >/dev/null || { \
	  echo "make: Swift 6.1 or newer is not installed; see https://www.swift.org/install/linux" >&2; exit 1; }
	@$(call install,$(PACKAGES))

install: build ## install the tool and its presets under PREFIX
	install -D $(LATENTWALK) $(DESTDIR)$(PREFIX)/bin/latentwalk
	mkdir -p $(DESTDIR)$(PREFIX)/share/latentwalk
	cp -R Presets $(DESTDIR)$(PREFIX)/share/latentwalk/

# The whole takes about half an hour. Less of it: make bench ROUNDS=1 PARTS=steps,walks; PARTS=profile for our own.
ROUNDS     ?= 3
PARTS      ?= steps,threads,memory,walks,shortcuts,profile

bench: dependencies ## compare with PyTorch and OpenVINO, which it installs for itself
	@$(call install,$(BENCHING))
	$(SWIFT) build -c release --product Benchmark
	test -d Benchmarks/.venv || python3 -m venv Benchmarks/.venv
	Benchmarks/.venv/bin/pip install -q -r Benchmarks/requirements.txt
	Benchmarks/.venv/bin/python Benchmarks/bench.py $(BUILD)/Benchmark --rounds $(ROUNDS) --parts $(PARTS)

train: ## train the small models anew, into Training/run; see Training/README.md
	@$(call install,$(TRAINING))
	test -d Training/.venv || python3 -m venv Training/.venv
	Training/.venv/bin/pip install -q -r Training/requirements.txt
	cd Training && .venv/bin/python train.py all --configuration emoji64 --run run/emoji64
	cd Training && .venv/bin/python train.py all --configuration emoji128 --run run/emoji128 --start run/emoji64/model

format: ## format the sources
	$(SWIFT) format --in-place --recursive --parallel Sources Examples Tests Package.swift

lint: ## check the formatting
	$(SWIFT) format lint --strict --recursive --parallel Sources Examples Tests Package.swift

clean: ## remove what was built and what the demo made
	rm -rf .build car-to-tiger.mp4 car-to-tiger.mp4.job car-to-tiger.png
