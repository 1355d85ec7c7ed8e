# uhri: what each target does stands behind its name; `make` alone lists them.

export CGO_ENABLED := 0
GO          ?= go
STATICCHECK := honnef.co/go/tools/cmd/staticcheck@v0.8.2
VERSION     := $(shell git describe --tags --always --dirty 2>/dev/null || echo unknown)
LDFLAGS     := -s -w -X main.version=$(VERSION)
# Programs the tests use beside Go: a browser, an office suite and converters as oracles. The product itself needs none.
DEBIAN      := chromium libreoffice-writer-nogui libreoffice-calc-nogui pandoc poppler-utils libxml2-utils fonts-noto-core fonts-noto-cjk
LISTEN      ?= :8080

.DEFAULT_GOAL := help
.PHONY: help
help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## /{printf "  make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

.PHONY: run
run: build ## build, start the demonstration publishers, harvest them, serve http://localhost:8080 (no network needed)
	bin/uhri serve --demo --data demo-data --listen $(LISTEN)

.PHONY: build
build: ## build bin/uhri, static, without cgo
	@mkdir -p bin
	$(GO) build -trimpath -ldflags '$(LDFLAGS)' -o bin/uhri ./cmd/uhri

.PHONY: test
test: tools lint ## install what the tests lack, then run everything; prints the time per package
	$(GO) test -timeout 28m ./...

.PHONY: short
short: ## the quick tests only: no browser, no corpus of 41,721 records, no kill -9 loops
	$(GO) test -short -timeout 10m ./...

.PHONY: lint
lint: ## gofmt, go vet and the pinned staticcheck
	@test -z "$$(gofmt -l $$(git ls-files '*.go'))" || { echo "not gofmt-ed:"; gofmt -l $$(git ls-files '*.go'); exit 1; }
	$(GO) vet ./...
	$(GO) run $(STATICCHECK) ./...

.PHONY: tools
tools: ## install the programs the tests use beside Go (Debian packages; needs root or sudo)
	@missing=""; \
	for p in $(DEBIAN); do dpkg -s $$p >/dev/null 2>&1 || missing="$$missing $$p"; done; \
	if [ -n "$$missing" ]; then \
	  if ! command -v apt-get >/dev/null; then echo "not a Debian system: install$$missing by hand; tests that need them say so and skip"; exit 0; fi; \
	  sudo=""; [ "$$(id -u)" = 0 ] || sudo=sudo; \
	  echo "installing$$missing"; \
	  $$sudo apt-get update -q=2 && DEBIAN_FRONTEND=noninteractive $$sudo apt-get install -y -q=2 --no-install-recommends $$missing >/dev/null; \
	fi

.PHONY: bench
bench: ## measure queries against other engines, import, publish, exports, training, rendering; BENCH=all adds six languages
	$(GO) run ./index/indextest/bench
	BENCH=$(or $(BENCH),en) $(GO) test -count=1 -timeout 2h -v -run TestBench ./cmd/uhri
	$(GO) test -count=1 -run "^$$" -bench BenchmarkPages -benchtime 100x ./ui

.PHONY: soak
soak: ## long campaigns: random query trees, fuzzing, kill -9 loops
	SOAK=1 $(GO) test -timeout 6h -count=1 ./index/... ./crawler/... ./cmd/...

.PHONY: words
words: ## print what the portal's catalogue of a language lacks: make words WORDS=fr
	@UI_WORDS=$(WORDS) $(GO) test -count=1 -run TestMissingWords ./ui -v | grep " = "

.PHONY: screenshots
screenshots: build ## make the README's screenshots from the demonstration data
	SCREENSHOTS=$(CURDIR)/ui/screenshots $(GO) test -count=1 -run TestScreenshots ./cmd/uhri

.PHONY: image
image: ## build the container image with docker, or IMAGE_TOOL=podman
	$(or $(IMAGE_TOOL),docker) build -t uhri --build-arg VERSION=$(VERSION) .

.PHONY: clean
clean: ## remove what was built and the demonstration's data
	rm -rf bin demo-data bench-data
