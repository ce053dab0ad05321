# cratekeeper: one Makefile, everything it makes lies in build/.

DEPS := build/deps

all: deps

deps: $(DEPS)/.complete  ## install Debian packages and build the static libraries once

$(DEPS)/.complete: $(wildcard tools/deps/*)
	tools/deps/install-packages build
	tools/deps/build-libraries $(DEPS)
	touch $@

.PHONY: all deps
