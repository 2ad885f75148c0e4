# Balcão. `make help` lists every target; .ci/run calls `make check`.

SHELL := /bin/sh
.DEFAULT_GOAL := build
.DELETE_ON_ERROR:
.NOTPARALLEL:
MAKEFLAGS += --no-print-directory

# Simulated citizens and clerks in the demo (0 or 1), and the branches hq sees beside the real one.
TRAFFIC  ?= 0
BRANCHES ?= 0
# Further flags for the demo, e.g. DEMO="-kiosk 127.0.0.1:8077" or DEMO=-help.
DEMO     ?=
# How many inputs all parsers of the card get together, how long each fuzz test runs, and the two results that bench-diff compares.
EXECS    ?= 100000000
T        ?= 30s
# How many seeds `make sim` lives, from which on, and the size of each.
SEED     ?= 1
SEEDS    ?= 20
KIOSKS   ?= 10
HOURS    ?= 72
AWAY     ?= 0
TICKETS  ?= 1000
# How much `make prove` does beside them, and the most that each of its parts may take (0s is no bound).
EVENTS   ?= 20000
CUTS     ?= 1000
KILLS    ?= 30
MOST     ?= 0s
# How many touches `make soak-taps` makes, and for how long at most.
TAPS     ?= 50000
MINUTES  ?= 1440
YEAR_DIR ?= var/year
# `make soak-hq`: how many simulated branches, how many events a second they make together, for how long each fault is tried,
# how often something is killed, and which faults (store/what is killed).
NETWORK  ?= 431
RATE     ?= 250
SECONDS  ?= 600
EVERY    ?= 30s
FAULTS   ?= sqlite/hq,sqlite/broker,postgres/hq,postgres/postgres,postgres/broker
# `make soak-mixed` without a tag: the last revision whose programs speak version 1 of the protocol and nothing else.
MIXED_FROM ?= 978a147eb4d0f497de029a2e56bd1495fd427a07
# How often `make soak-disk` tries each fault, at each program, in each part of its life.
TRIES    ?= 60
OLD      ?= bench-old.txt
NEW      ?= bench.txt

PROGRAMS := ./kiosk ./branch-server ./hq ./internal/demo
TOOL     := go tool -modfile=.ci/tools.mod
# Two packages at a time: the tests hold brokers, readers and browsers, and the smallest machine has two cores.
GOTEST   := go test -p 2

.PHONY: help build demo demo-reset quick test go-test browser-test browser-types check format-check tidy-check vet lint race fmt \
	deb deb-lint sbom bench bench-kiosk bench-hq bench-diff fuzz fuzz-all fuzz-card fuzz-list soak-card soak-disk soak-hq soak-mixed soak-taps golden screenshots sim prove soak soak-year deps install-tools clean

help: ## list what make can do
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  %-14s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

build: ## build kiosk, branch-server, hq and the demo launcher into bin/
	@.ci/install build
	go build -o bin/ $(PROGRAMS)

demo: ## run hq, a branch, a kiosk and a callboard with virtual devices (TRAFFIC=1, BRANCHES=431, 1431 or 14310)
	@.ci/install demo
	go build -o bin/ $(PROGRAMS)
	@exec bin/demo -traffic=$(TRAFFIC) -branches=$(BRANCHES) -dir var/demo $(DEMO)

demo-reset: ## forget the data of the demo
	rm -rf var/demo

quick: ## unit and story tests without devices, in seconds
	@.ci/install build
	$(GOTEST) -short ./...

test: ## every test, browser, reader, broker and sound included; installs what is missing
	@.ci/install test
	@$(MAKE) go-test browser-test

go-test: ## every Go test; a missing device is a failure
	@.ci/say "go test"
	BALCAO_REQUIRE_REAL=1 $(GOTEST) -count=1 -timeout 12m ./...

browser-test: browser/node_modules/.ready build ## the browser tests alone
	@.ci/say "browser tests"
	cd browser && npm run -s test

browser-types: browser/node_modules/.ready ## type-check the scripts of pages and browser tests
	@.ci/say "types of the scripts"
	cd browser && npm run -s types

check: test format-check tidy-check vet lint browser-types race ## what CI runs: test, then format, tidy, vet, lint, types, race

format-check: ## say which files gofumpt and goimports would change
	@.ci/say "format"
	$(TOOL) golangci-lint fmt --diff

tidy-check: ## say whether go.mod and go.sum are tidy
	@.ci/say "go mod tidy"
	go mod tidy -diff

vet: ## go vet
	@.ci/say "go vet"
	go vet ./...

lint: ## golangci-lint, at the version in .ci/tools.mod
	@.ci/say "lint"
	$(TOOL) golangci-lint run

race: ## the short tests under the race detector
	@.ci/install build
	@.ci/say "go test -race"
	$(GOTEST) -race -short -timeout 15m ./...

fmt: ## format every Go file with gofumpt and goimports
	$(TOOL) golangci-lint fmt

bench: ## every benchmark ten times, into bench.txt
	@.ci/install build
	$(GOTEST) -run '^$$' -bench . -benchmem -count 10 -timeout 60m ./... | tee bench.txt
	@$(MAKE) bench-kiosk

bench-kiosk: browser/node_modules/.ready build ## what the touch screen loads, paints and leaves behind, six times slowed down
	cd browser && node measure-kiosk.js 400

bench-hq: browser/node_modules/.ready build ## how long the live page of headquarters takes to repaint, with 1,431 branches
	cd browser && node measure-hq.js 1431 30

soak-taps: browser/node_modules/.ready build ## TAPS touches (50000) by a finger that goes through every screen and mode, at most MINUTES (1440): does anything grow?
	cd browser && node soak-taps.js $(TAPS) $(MINUTES) $(SEED)

bench-diff: ## compare two results with benchstat (OLD=bench-old.txt NEW=bench.txt)
	$(TOOL) benchstat $(OLD) $(NEW)

fuzz: ## each fuzz test for a while (T=30s)
	@$(MAKE) -s fuzz-list | while read -r package name; do \
		.ci/say "fuzz $$name in $$package"; \
		go test -run '^$$' -fuzz "^$$name\$$" -fuzztime $(T) "$$package" || exit 1; \
	done

fuzz-all: ## each fuzz test for a while (T=30s); the inputs of each, and of all together
	@$(MAKE) -s fuzz-list | go run ./internal/fuzzrun/all -each $(T)

fuzz-card: ## the parsers of the card over EXECS changed inputs (100000000), with the memory of each bounded
	BALCAO_FUZZ_EXECS=$(EXECS) go test -v -count=1 -p 1 -timeout 4h -run 'SurviveMany' ./kiosk/card ./kiosk/card/pace ./kiosk/trust ./internal/citizen

fuzz-list: ## list every fuzz test: package and name
	@find . -name '*_test.go' -not -path './browser/*' -not -path './var/*' -exec \
		sed -n 's|^func \(Fuzz[A-Za-z0-9_]*\)(.*|{} \1|p' {} \; | sed 's|/[^/ ]*_test\.go | |' | sort

golden: ## rewrite every golden file and story, then show what changed
	@find . -name '*_test.go' -not -path './browser/*' -exec grep -l 'flag\.Bool("update"' {} + | xargs -n 1 dirname | sort -u | \
		xargs -I{} go test -count=1 {} -update
	git --no-pager diff --stat -- '*testdata*'

screenshots: browser/node_modules/.ready build ## take the pictures of every face into docs/pictures; with SHARD=1/8 that part of the whole gallery into var/gallery, with axe
	cd browser && $(if $(SHARD),node gallery-run.js ../var/gallery $(SHARD),npm run -s screenshots)

soak: ## the long forms of kill, load and fuzz tests, then `make prove` (hours)
	@.ci/install test
	BALCAO_REQUIRE_REAL=1 BALCAO_SOAK=1 $(GOTEST) -count=1 -timeout 4h ./...
	@$(MAKE) soak-mixed
	@$(MAKE) prove

prove: ## the proving ground: SEEDS networks, EVENTS through a lying broker, CUTS of power, KILLS of each program; one line each
	go run ./internal/e2e/prove soak -seeds $(SEEDS) -tickets $(TICKETS) -events $(EVENTS) -cuts $(CUTS) -kills $(KILLS) -most $(MOST)

sim: ## live SEEDS networks (20) in virtual time, each from its own seed, for HOURS (72) with TICKETS (1000) on KIOSKS (10)
	go run ./internal/e2e/prove sim -seed $(SEED) -seeds $(SEEDS) -kiosks $(KIOSKS) -hours $(HOURS) -away $(AWAY) -tickets $(TICKETS)

soak-year: build ## a generated year of BRANCHES (1431) in YEAR_DIR, every report of it timed on SQLite and on PostgreSQL (10 minutes, 12 GB)
	bin/hq year -branches $(or $(filter-out 0,$(BRANCHES)),1431) -dir $(YEAR_DIR)
	BALCAO_SOAK=1 BALCAO_REQUIRE_REAL=1 BALCAO_YEAR=$(abspath $(YEAR_DIR)) BALCAO_BRANCHES=$(or $(filter-out 0,$(BRANCHES)),1431) \
		go test -v -count=1 -timeout 1h -run TheCountry ./hq/year

soak-card: ## 10,000 cards with 100 kills of pcscd, 10,000 on the replay bench, 100,000 people through a kiosk (an hour)
	@.ci/install test
	BALCAO_REQUIRE_REAL=1 BALCAO_SOAK=1 go test -v -count=1 -p 1 -timeout 3h \
		-run 'ThousandsOfCards|HundredCards|NoCanary' ./kiosk/pcsc ./kiosk/app

soak-disk: ## the disks of the three programs fail, fill, TRIES times (60) in each way, in each part of their life: a line each
	go run ./internal/e2e/prove disk -tries $(TRIES) -seed $(SEED) $(if $(wildcard /dev/shm),-dir /dev/shm)

soak-hq: ## hq, PostgreSQL and Mosquitto killed every EVERY under RATE events/s of NETWORK branches, SECONDS each of FAULTS; a line each
	@.ci/install test
	go run ./internal/e2e/prove hq -branches $(NETWORK) -rate $(RATE) -seconds $(SECONDS) -every $(EVERY) -faults $(FAULTS)

soak-mixed: ## a network of programs of the revision OLD (default: the last tag, or MIXED_FROM) upgraded one by one, with citizens at it
	BALCAO_SOAK=1 BALCAO_OLD=$(if $(filter command%,$(origin OLD)),$(OLD),$(or $(shell git describe --tags --abbrev=0 2>/dev/null),$(MIXED_FROM))) \
		go test -v -count=1 -timeout 1h -run MixedNetwork ./internal/e2e

deps: ## install what building, the demo and the tests need
	@.ci/install test
	go mod download

install-tools: ## build the lint tools now (two minutes once, then cached)
	$(TOOL) golangci-lint version

deb: ## make the Debian packages of the three programs into dist/
	go build -trimpath -buildmode=pie -ldflags='-s -w' -o dist/bin/ ./kiosk ./branch-server ./hq
	go run ./internal/packaging -bin dist/bin -out dist -version "$$(dist/bin/hq -version)"

deb-lint: deb ## hold the packages to Debian's policy (apt install lintian)
	lintian --fail-on error,warning dist/*.deb

sbom: ## list every part of the programs with its licence, as CycloneDX, into dist/
	go run ./internal/sbom -out dist/balcao.cdx.json

clean: ## remove what make made, but not the demo's data
	rm -rf bin browser/node_modules bench.txt

browser/node_modules/.ready: browser/package-lock.json
	cd browser && npm ci --no-audit --no-fund
	@touch $@
