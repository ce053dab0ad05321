# cratekeeper's build. One file, not recursive; everything it makes lies in build/.
#
#   make               install what is missing, build the static libraries once, build both binaries
#   make check         every rung of tests that exists, and a summary line; this is what CI runs
#   make help          every target in a line
#
# Variables:  DESTDIR=  prefix of `make install`          CXX=  another g++ (12 or newer)
#             NODE_TREE=tree  `make cluster` and `make demo` boot a plain Debian 13, not what `make image` builds
#
# Sources are found by name, so a new file needs no edit here. build/cratekeeperd is agent/*.cpp and
# hal/*.cpp, build/cratectl is tools/cratectl/*.cpp, hal/*.cpp and agent/*.cpp without its main. The
# files named so are stripped, build/*.debug keep the symbols. The unit binary takes the very objects
# of the agent, adds those of hal that touch nothing, and links no system library: so the linker
# proves that agent/ is pure.

SHELL := /bin/bash
CXX := g++
B := build
DEPS := $(B)/deps

# ---- flags -----------------------------------------------------------------------------------------

WARNINGS := -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wsign-conversion -Wold-style-cast \
    -Wsuggest-override -Wnon-virtual-dtor -Werror
# fmt and spdlog are used as headers; Debian's spdlog would ask for libfmt.so otherwise. A fixed separator
# of thousands keeps fmt from std::locale, and with it half a megabyte of iostreams, out of the daemon.
COMMON := -std=c++23 -g -I. -isystem $(DEPS)/include -DFMT_HEADER_ONLY -DFMT_STATIC_THOUSANDS_SEPARATOR=0x2c \
    $(WARNINGS)
HARDENING := -fPIE -fstack-protector-strong -fstack-clash-protection -fcf-protection \
    -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=3
RELEASE := $(COMMON) $(HARDENING) -Os -ffunction-sections -fdata-sections -ffile-prefix-map=$(CURDIR)=.
SANITIZERS := -fsanitize=address,undefined -fno-sanitize-recover=all
SANITIZE := $(COMMON) $(SANITIZERS) -O0 -g1
# CppUTest's `new` macro breaks the standard headers; leaks are still found (see tests/cpputest.hpp).
TEST_FLAGS := -DCPPUTEST_MEM_LEAK_DETECTION_DISABLED

# Packed relative relocations save 140 kB of a static PIE.
LINK := -static-pie -Wl,--gc-sections -Wl,-z,relro -Wl,-z,now -Wl,-z,noexecstack \
    -Wl,-z,pack-relative-relocs
LIBS := -L$(DEPS)/lib -ludev -lsystemd -lmicrohttpd -lcurl -lmbedtls -lmbedx509 -lmbedcrypto -lcares \
    -lbtrfsutil -lcap -lzstd
# ld warns about each libc function that would load NSS plugins; ours resolve no user or host name.
QUIET_NSS := 2>&1 | { grep -vE 'in statically linked applications requires|: in function `' || true; }

# ---- sources ---------------------------------------------------------------------------------------

AGENT := $(filter-out agent/main.cpp,$(wildcard agent/*.cpp))
HAL := $(wildcard hal/*.cpp)
CTL := $(wildcard tools/cratectl/*.cpp)
UNIT := $(wildcard tests/unit/*.cpp)
STANDIN := $(wildcard tests/standin/*.cpp)
DRIVERS_CXX := $(wildcard tests/live/drivers/*.cpp)
SOURCES := $(wildcard agent/main.cpp) $(AGENT) $(HAL) $(CTL) $(UNIT) $(STANDIN) $(DRIVERS_CXX) \
    $(wildcard tests/sim/*.cpp)
# What hal may include and still be pure: structures and constants, nothing that can be called to touch.
STRUCTURES := <(linux/.*|asm/.*|net/if|netinet/in|arpa/inet|sys/socket)\.h>
TOUCHING := $(shell grep -HE '^.include (<.*\.h>|"hal/handles)' $(HAL) /dev/null | \
    grep -vE '$(STRUCTURES)' | cut -d: -f1)
PURE_HAL := $(filter-out $(TOUCHING),$(HAL))

objects = $(patsubst %.cpp,$(B)/$(1)/%.o,$(2))

# ---- what people type ------------------------------------------------------------------------------

.DEFAULT_GOAL := all
.DELETE_ON_ERROR:
MAKEFLAGS += --no-builtin-rules $(if $(filter 0,$(MAKELEVEL)),--jobs=$(shell nproc))

PRODUCTS := $(if $(wildcard agent/main.cpp),$(B)/cratekeeperd) $(if $(CTL),$(B)/cratectl)
# What a node under test consists of.
export NODE_TREE ?= image.tree
NODE := all image-tree standin $(B)/.check-packages

all: $(PRODUCTS) ## build cratekeeperd and cratectl (the default)
	@cat $(DEPS)/newer-than-tested

deps: $(DEPS)/.headers $(DEPS)/.libraries ## install Debian packages and build the static libraries, once

unit: $(B)/release/unit-tests ## run the unit tests, shuffled and twice
	$< -s -r2

unit-asan: $(B)/sanitize/unit-tests ## run the unit tests under ASan and UBSan
	$< -s

live: export NODE_TREE := tree
live: $(NODE) ## run the agent against real etcd, systemd, Docker and Btrfs (root)
	/usr/bin/python3 -B -m pytest -ra $(PYTEST_ARGS) tests/live

cluster: $(NODE) ## run several nodes with real systemd on a network of their own (root)
	/usr/bin/python3 -B -m pytest -ra --timeout=180 $(PYTEST_ARGS) tests/cluster

check: ## run every rung that exists, print a summary line (what CI runs)
	+tools/check

lint: lint-rules lint-format lint-tidy ## check layout, names, bug patterns, scripts, who may include whom

bench: all $(B)/.check-packages ## measure what the design promises
	tools/bench/run

demo: $(NODE) ## start four nodes as one cluster, look, break things; Ctrl-C ends it
	tools/demo/run

size: all ## check that the stripped binaries keep to their budget
	tools/lint/size 3500000 $(PRODUCTS)

format: $(B)/.lint-packages ## lay out every C++ file as .clang-format says
	clang-format-19 -i $(CXX_FILES)

clean: ## remove what was built, keep the static libraries and what Debian gave
	rm -rf $(filter-out $(DEPS) $(wildcard $(B)/tree* $(B)/tools-tree* $(B)/etcd*),$(wildcard $(B)/*))

help: ## print this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  %-12s %s\n", $$1, $$2 }' Makefile image/image.mk tests/sim/sim.mk \
	    tools/release/release.mk

.PHONY: all deps unit unit-asan live cluster check lint bench demo size format clean help install \
    install-node lint-rules lint-format lint-tidy FORCE

# ---- packages and static libraries -----------------------------------------------------------------

$(B)/.%-packages: tools/deps/packages.txt tools/deps/install-packages
	tools/deps/install-packages $*
	@mkdir -p $(@D) && touch $@

LIBRARY_RULES := $(addprefix tools/deps/,build-libraries fetch-packages suite-sources pins libraries.lock) \
    $(wildcard tools/deps/recipe-*)

$(DEPS)/.headers $(DEPS)/.libraries: $(DEPS)/.%: $(LIBRARY_RULES) | $(B)/.build-packages
	tools/deps/build-libraries $(DEPS) $*
	@touch $@

$(DEPS)/.libraries: $(DEPS)/.headers

# Change only when something of the set was really built again.
$(DEPS)/.built-headers $(DEPS)/.built-libraries: $(DEPS)/.built-%: $(DEPS)/.% ;

# ---- objects ---------------------------------------------------------------------------------------

# Changed flags rebuild, an edited comment in this file does not.
LINKING := $(LINK) $(LIBS)
$(addprefix $(B)/,RELEASE.flags SANITIZE.flags LINKING.flags): $(B)/%.flags: FORCE
	@mkdir -p $(@D); echo '$(CXX) $($*)' | cmp -s - $@ || echo '$(CXX) $($*)' > $@

define compile
@mkdir -p $(@D)
@echo "  c++ $(if $(filter SANITIZE,$(1)),-fsanitize )$<"
@$(CXX) $($(1)) $(if $(filter tests/unit/%,$<),$(TEST_FLAGS)) -MMD -MP -c $< -o $@
endef

$(B)/release/%.o: %.cpp $(B)/RELEASE.flags $(DEPS)/.built-headers
	$(call compile,RELEASE)

$(B)/sanitize/%.o: %.cpp $(B)/SANITIZE.flags $(DEPS)/.built-headers
	$(call compile,SANITIZE)

# Unit tests and what they test wait for no library.
$(foreach kind,release sanitize,$(call objects,$(kind),$(TOUCHING) $(STANDIN) $(DRIVERS_CXX) agent/main.cpp)): \
    $(DEPS)/.built-libraries

-include $(wildcard $(foreach kind,release sanitize,$(patsubst %.cpp,$(B)/$(kind)/%.d,$(SOURCES))))

# ---- binaries --------------------------------------------------------------------------------------

BINARIES := $(addprefix $(B)/,cratekeeperd cratectl crate-standin)

$(B)/cratekeeperd.debug: $(call objects,release,agent/main.cpp $(AGENT) $(HAL))
$(B)/cratectl.debug: $(call objects,release,$(CTL) $(AGENT) $(HAL))
$(B)/crate-standin.debug: $(call objects,release,$(STANDIN))

$(BINARIES:=.debug): $(DEPS)/.built-libraries $(B)/LINKING.flags
	@echo "  link $@"
	@set -o pipefail; $(CXX) $(LINK) $(filter %.o,$^) $(LIBS) -o $@ $(QUIET_NSS)

$(BINARIES): %: %.debug
	@objcopy --strip-all --add-gnu-debuglink=$< $< $@

# Only the archive members somebody needs are linked: a parser that needs a system library fails here.
$(B)/release/hal.a: $(call objects,release,$(PURE_HAL))
$(B)/sanitize/hal.a: $(call objects,sanitize,$(PURE_HAL))
$(B)/release/hal.a $(B)/sanitize/hal.a:
	@rm -f $@ && ar rcs $@ $^

$(B)/release/unit-tests: $(call objects,release,$(UNIT) $(AGENT)) $(addprefix $(B)/release/,hal.a standin.a)
$(B)/sanitize/unit-tests: $(call objects,sanitize,$(UNIT) $(AGENT)) $(addprefix $(B)/sanitize/,hal.a standin.a)

$(B)/release/unit-tests $(B)/sanitize/unit-tests:
	@echo "  link $@"
	@$(CXX) $(if $(findstring sanitize,$@),$(SANITIZERS)) $^ -L$(DEPS)/lib -lCppUTestExt -lCppUTest -o $@

include tests/standin/standin.mk tests/live/drivers/drivers.mk tests/sim/sim.mk image/image.mk tools/release/release.mk

# ---- lint ------------------------------------------------------------------------------------------

CXX_FILES = $(wildcard $(foreach place,agent hal tools/cratectl tests tests/unit tests/sim tests/standin \
    tests/live/drivers,$(place)/*.cpp $(place)/*.hpp))

lint-rules: $(B)/.lint-packages
	tools/lint/rules

lint-format: $(B)/.lint-packages
	@echo '  layout of $(words $(CXX_FILES)) C++ files'
	@clang-format-19 --dry-run -Werror $(CXX_FILES)

lint-tidy: $(patsubst %,$(B)/lint/%.tidy,$(SOURCES))

# One stamp per file, renewed when the file, what it includes or the checks change.
$(B)/lint/%.tidy: % .clang-tidy | $(B)/.lint-packages $(DEPS)/.libraries
	@mkdir -p $(@D)
	@echo "  tidy $<"
	@clang-tidy-19 --quiet $< -- $(filter-out $(WARNINGS),$(COMMON)) -w $(TEST_FLAGS) 2>&1 | \
	    { grep -vE '^[0-9]+ warnings? (generated|treated)|^Suppressed |^Use -header-filter' || true; } >&2; \
	    exit $${PIPESTATUS[0]}
	@$(CXX) $(COMMON) $(TEST_FLAGS) -MM -MP -MT $@ -MF $@.d $<
	@touch $@

-include $(wildcard $(patsubst %,$(B)/lint/%.tidy.d,$(SOURCES)))

# ---- install ---------------------------------------------------------------------------------------

UNITS := $(DESTDIR)/usr/lib/systemd/system
INSTALL := install -D -m 644

install: install-node install-tools ## copy everything below DESTDIR: for a node, and for who sets nodes up

install-node: all ## copy what a node needs below DESTDIR, as the image does
	install -D -m 755 $(B)/cratekeeperd $(DESTDIR)/usr/libexec/cratekeeperd
	install -D -m 755 $(B)/cratectl $(DESTDIR)/usr/bin/cratectl
	$(INSTALL) units/crate@.service $(UNITS)/crate@.service
	$(INSTALL) units/cratekeeper.service $(UNITS)/cratekeeper.service
	$(INSTALL) units/cratekeeper-data.service $(UNITS)/cratekeeper-data.service
	$(INSTALL) units/cratekeeper.socket $(UNITS)/cratekeeper.socket
	$(INSTALL) units/cratekeeper.preset $(DESTDIR)/usr/lib/systemd/system-preset/50-cratekeeper.preset
	$(INSTALL) units/cratekeeper.sysusers.conf $(DESTDIR)/usr/lib/sysusers.d/cratekeeper.conf
	$(INSTALL) units/cratekeeper.tmpfiles.conf $(DESTDIR)/usr/lib/tmpfiles.d/cratekeeper.conf
	$(INSTALL) units/cratekeeper.sysctl.conf $(DESTDIR)/usr/lib/sysctl.d/50-cratekeeper.conf
	$(INSTALL) units/cratekeeper.polkit.rules $(DESTDIR)/usr/share/polkit-1/rules.d/50-cratekeeper.rules
	$(INSTALL) units/agent.conf $(DESTDIR)/usr/lib/cratekeeper/agent.conf
	$(foreach page,$(filter-out %-flash.8,$(wildcard tools/man/*.[1-8])),$(INSTALL) $(page) \
	    $(DESTDIR)/usr/share/man/man$(subst .,,$(suffix $(page)))/$(notdir $(page)) &&) true
	$(if $(wildcard tools/completion/cratectl.bash),$(INSTALL) tools/completion/cratectl.bash \
	    $(DESTDIR)/usr/share/bash-completion/completions/cratectl)
