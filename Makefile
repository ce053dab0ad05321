# cratekeeper's build: what is made of which sources, and what people type. Not recursive; everything it makes lies in
# build/, but for compile_commands.json, which editors look for at the top.
#
#   make               install what is missing, build the static libraries once, build both binaries
#   make check         every suite of tests that fits into 40 minutes, and a summary; this is what CI runs
#   make help          every target in a line
#
# Variables:  DESTDIR=  prefix of `make install`          CXX=  another g++ (12 or newer)
#             NODE_TREE=tree  `make cluster` and `make demo` boot a plain Debian 13, not what `make image` builds
#
# Sources are found by name, so a new file needs no edit here. build/cratekeeperd is agent/ and hal/,
# build/cratectl is tools/cratectl/, hal/ and agent/ without its main. The
# files named so are stripped, build/*.debug keep the symbols. The unit binary takes the very objects
# of the agent, adds those of hal that touch nothing, and links no system library: so the linker
# proves that agent/ is pure.

SHELL := /bin/bash
# `su` keeps its caller's PATH, which on Debian has no sbin, where losetup is.
export PATH := $(PATH):/usr/sbin:/sbin
CXX := g++
B := build
DEPS := $(B)/deps

ifneq ($(words $(CURDIR)),1)
$(error '$(CURDIR)' has a blank in it, which make takes for two names: move this directory to one without)
endif
ifeq ($(filter tested newest strict,$(or $(PINS),tested)),)
$(error PINS=$(PINS) is not known; it is one of: tested (the default), newest, strict)
endif

# ---- flags -----------------------------------------------------------------------------------------

WARNINGS := -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wsign-conversion -Wold-style-cast \
    -Wsuggest-override -Wnon-virtual-dtor -Werror
# fmt and spdlog are used as headers; Debian's spdlog would ask for libfmt.so otherwise. A fixed separator
# of thousands keeps fmt from std::locale, and with it half a megabyte of iostreams, out of the daemon.
COMMON := -std=c++23 -g -I. -isystem $(DEPS)/include -DFMT_HEADER_ONLY -DFMT_STATIC_THOUSANDS_SEPARATOR=0x2c \
    $(WARNINGS)
HARDENING := -fPIE -fstack-protector-strong -fstack-clash-protection -fcf-protection \
    -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=3
RELEASE := $(COMMON) $(HARDENING) -Os -ffunction-sections -fdata-sections
# Unit tests call the objects of the product; how fast they are themselves is of no interest, how fast they compile is.
PREFIX = -include $(B)/$(1)/prefix.hpp -Winvalid-pch
# CppUTest's `new` macro breaks the standard headers; leaks are still found (see tests/cpputest.hpp).
TEST_FLAGS := -DCPPUTEST_MEM_LEAK_DETECTION_DISABLED
UNIT := $(COMMON) $(TEST_FLAGS) -O0 -g1 $(call PREFIX,unit)
SANITIZERS := -fsanitize=address,undefined -fno-sanitize-recover=all
SANITIZE := $(COMMON) $(TEST_FLAGS) $(SANITIZERS) -O0 -g1 $(call PREFIX,sanitize)

# Packed relative relocations save 140 kB of a static PIE.
LINK := -static-pie -Wl,--gc-sections -Wl,-z,relro -Wl,-z,now -Wl,-z,noexecstack \
    -Wl,-z,pack-relative-relocs
LIBS := -L$(DEPS)/lib -ludev -lsystemd -lmicrohttpd -lcurl -lmbedtls -lmbedx509 -lmbedcrypto -lcares \
    -lbtrfsutil -lcap -lzstd
# ld warns about each libc function that would load NSS plugins; ours resolve no user or host name.
QUIET_NSS := 2>&1 | { grep -vE 'in statically linked applications requires|: in function `|message above does not take linker' \
    || true; }

# ---- sources ---------------------------------------------------------------------------------------

AGENT := $(filter-out agent/main.cpp,$(wildcard agent/*.cpp agent/*/*.cpp))
HAL := $(wildcard hal/*/*.cpp)
CTL := $(wildcard tools/cratectl/*.cpp tools/cratectl/*/*.cpp)
# What cratectl decides, rather than asks and prints.
PURE_CTL := $(filter-out tools/cratectl/main.cpp tools/cratectl/commands/%,$(CTL))
TESTS := $(wildcard tests/unit/*.cpp tests/fakes/*.cpp)
STANDIN := $(wildcard tests/standin/*.cpp)
DRIVERS_CXX := $(wildcard tests/live/drivers/*.cpp)
SOURCES := $(wildcard agent/main.cpp) $(AGENT) $(HAL) $(CTL) $(TESTS) $(STANDIN) $(DRIVERS_CXX) \
    $(wildcard tests/sim/*.cpp)
# What hal may include and still be pure: structures and constants, nothing that can be called to touch.
STRUCTURES := <(linux/.*|asm/.*|net/if|netinet/in|arpa/inet|sys/socket)\.h>
# Headers with handles of system libraries; who includes one of them touches, too.
HANDLES := hal/base/handles.hpp $(shell grep -lE '^.include "hal/base/handles' hal/*/*.hpp)
TOUCHING := $(shell grep -HE -e '^.include <.*\.h>' $(HANDLES:%=-e '^.include "%"') $(HAL) /dev/null | \
    grep -vE '$(STRUCTURES)' | cut -d: -f1)
PURE_HAL := $(filter-out $(TOUCHING),$(HAL))

objects = $(patsubst %.cpp,$(B)/$(1)/%.o,$(2))

# ---- what people type ------------------------------------------------------------------------------

.DEFAULT_GOAL := all
.DELETE_ON_ERROR:
MAKEFLAGS += --no-builtin-rules $(if $(filter 0,$(MAKELEVEL)),--jobs=$(shell nproc))

ROOTS := $(filter live cluster image image-tree image-test vm vm-cluster release second-release%,$(MAKECMDGOALS))
ifneq ($(and $(ROOTS),$(filter-out 0,$(shell id -u))),)
$(error make $(firstword $(ROOTS)) needs root, because it mounts disks and makes trees of Debian: run it as root, or with sudo)
endif
# Whoever may not write where an earlier make wrote is told now, and what to do. The trees of the nodes are root's.
MINE := $(filter-out $(B)/. $(B)/..,$(wildcard $(B)/*.flags $(B)/.*-packages $(B)/deps $(B)/release $(B)/unit $(B)/sanitize \
    $(B)/lint $(B)/crate*))
FOREIGN := $(shell [ ! -e $(B) ] || [ "$$(id -u)" = 0 ] || \
    { find $(B) -maxdepth 0 ! -writable; find $(MINE) /dev/null -path '*/deps/source' -prune -o ! -writable ! -path /dev/null -print; } 2> /dev/null | \
    head -n 1)
ifneq ($(and $(FOREIGN),$(filter-out help,$(or $(MAKECMDGOALS),all))),)
$(error $(FOREIGN) belongs to $(shell stat -c %U $(FOREIGN)): run make as $(shell stat -c %U $(FOREIGN)), or take the \
    build over with `sudo chown $$USER $(B) && sudo chown -R $$USER $(MINE)`)
endif

PRODUCTS := $(if $(wildcard agent/main.cpp),$(B)/cratekeeperd) $(if $(CTL),$(B)/cratectl)
# What a node under test consists of.
export NODE_TREE ?= image.tree
NODE := all image-tree standin $(B)/.check-packages

all: $(PRODUCTS) compile_commands.json ## build cratekeeperd and cratectl, as plain `make` does
	@tools/deps/pins tell $(DEPS)

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

build-test: $(B)/.check-packages ## run the tests of the build itself: Makefile, packages, libraries, make check
	/usr/bin/python3 -B -m pytest -ra $(PYTEST_ARGS) tests/build

check: ## run every suite of tests that fits into 40 minutes, and sum up (what CI runs)
	@tools/check $(MAKEOVERRIDES)

check-long: ## run what make check leaves out: all seeds, long faults, three machines, the other Debian release
	@tools/check long $(MAKEOVERRIDES)

second-release: ## run the unit tests in a bare tree of the Debian release that this machine does not run (root)
	tests/build/second-release unit

second-release-long: ## build and check the product itself there, too (root)
	tests/build/second-release all size lint build-test

packages:
	tools/deps/install-packages build lint check

lint: lint-rules lint-format lint-tidy ## check layout, names, bug patterns, scripts, who may include whom

bench: all $(B)/.check-packages ## measure what the design promises
	tools/bench/run

# It asks for root before it builds what it needs.
# It installs and builds what it needs by itself, but is written in Python, which a bare machine has not got yet.
demo: $(if $(wildcard /usr/bin/python3),,$(B)/.check-packages) ## start four nodes as one cluster, look, break things; Ctrl-C ends it
	@tools/demo/run

size: all ## check that the stripped binaries keep to their budget
	tools/lint/size 3500000 $(PRODUCTS)

format: $(B)/.lint-packages ## lay out every C++ file as .clang-format says
	clang-format-19 -i $(CXX_FILES)

clean: ## remove what was built, keep the static libraries and what Debian gave
	rm -rf $(filter-out $(DEPS) $(wildcard $(B)/tree* $(B)/tools-tree* $(B)/debian-* $(B)/etcd*),$(wildcard $(B)/*))

help: ## print this list
	@tools/build/help $(MAKEFILE_LIST)

.PHONY: all deps unit unit-asan live cluster build-test second-release second-release-long check check-long packages \
    lint bench demo size format clean help install install-node lint-rules lint-format lint-tidy FORCE

# ---- packages and static libraries -----------------------------------------------------------------

$(B)/.%-packages: tools/deps/packages.txt tools/deps/install-packages
	tools/deps/install-packages $*
	@mkdir -p $(@D) && touch $@

LIBRARY_RULES := $(wildcard $(addprefix tools/deps/,build-libraries fetch-* suite-sources pins *.lock recipe-*))

# Headers, with CppUTest, are all that unit tests and the simulation need; the other libraries take minutes.
$(DEPS)/.headers $(DEPS)/.libraries: $(DEPS)/.%: $(LIBRARY_RULES) \
    $(if $(filter newest strict,$(PINS)),FORCE) | $(B)/.build-packages
	tools/deps/build-libraries $(DEPS) $*
	@touch $@
$(DEPS)/.libraries: $(DEPS)/.headers

# These change only when something of the set was really built again; + makes a dry run look at them, too.
$(DEPS)/.built-headers $(DEPS)/.built-libraries: $(DEPS)/.built-%: $(DEPS)/.%
	@+[ -e $@ ] || [ ! -d $(@D) ] || touch $@

# ---- binaries --------------------------------------------------------------------------------------

BINARIES := $(addprefix $(B)/,cratekeeperd cratectl crate-standin)
ARCHIVES := $(foreach kind,release sanitize,$(addprefix $(B)/$(kind)/,hal.a cratectl.a standin.a))
# Each of them is a variable with flags and a stamp of what they were.
KINDS := RELEASE UNIT SANITIZE LINKING COMMANDS
LINKING := $(LINK) $(LIBS)

$(B)/cratekeeperd.debug: $(call objects,release,agent/main.cpp $(AGENT) $(HAL))
$(B)/cratectl.debug: $(call objects,release,$(CTL) $(AGENT) $(HAL))
$(B)/crate-standin.debug: $(call objects,release,$(STANDIN))

# Only the archive members somebody needs are linked: a parser that needs a system library fails here.
$(B)/release/hal.a: $(call objects,release,$(PURE_HAL))
$(B)/sanitize/hal.a: $(call objects,sanitize,$(PURE_HAL))
$(B)/release/cratectl.a: $(call objects,release,$(PURE_CTL))
$(B)/sanitize/cratectl.a: $(call objects,sanitize,$(PURE_CTL))

# The objects of the product come first: where a test has a copy of one of their functions, the product's is linked.
$(B)/release/unit-tests: $(call objects,release,$(AGENT)) $(call objects,unit,$(TESTS)) \
    $(addprefix $(B)/release/,cratectl.a hal.a standin.a)
$(B)/sanitize/unit-tests: $(call objects,sanitize,$(AGENT) $(TESTS)) $(addprefix $(B)/sanitize/,cratectl.a hal.a standin.a)

$(B)/release/unit-tests $(B)/sanitize/unit-tests:
	@echo "  link $@"
	@$(CXX) $(if $(findstring sanitize,$@),$(SANITIZERS)) $^ -L$(DEPS)/lib -lCppUTestExt -lCppUTest -o $@.part
	@mv -f $@.part $@

include tests/standin/standin.mk tests/live/drivers/drivers.mk tests/sim/sim.mk image/image.mk tools/build/objects.mk \
    tools/lint/lint.mk tools/release/release.mk

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
