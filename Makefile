# cratekeeper's build: which sources make up which binary, and the targets for users. Not recursive; all output goes to
# build/, except compile_commands.json, which editors expect at the top.
#
#   make               install missing packages, build the static libraries once, build both binaries
#   make check         run every test suite that fits into 40 minutes and print a summary; CI runs this
#   make help          list every target
#
# Variables:  DESTDIR=  prefix of `make install`          CXX=  another g++ (12 or newer)
#             NODE_TREE=tree  `make cluster` and `make demo` boot a plain Debian 13, not what `make image` builds
#
# Sources are found by name, so a new file needs no edit here. build/cratekeeperd is agent/ and hal/,
# build/cratectl is tools/cratectl/, hal/ and agent/ without its main. Both are
# stripped; build/*.debug keep the symbols. The unit-test binary links the agent's own objects
# and the pure ones of hal, but no system library: so the linker proves that agent/ is pure.

SHELL := /bin/bash
# `su` keeps its caller's PATH, which on Debian has no sbin, where losetup is.
export PATH := $(PATH):/usr/sbin:/sbin
CXX := g++
B := build
DEPS := $(B)/deps

ifneq ($(words $(CURDIR)),1)
$(error '$(CURDIR)' contains a space, which make reads as two names: move this directory to a path without spaces)
endif
ifeq ($(filter tested newest strict,$(or $(PINS),tested)),)
$(error PINS=$(PINS) is unknown; expected one of: tested (the default), newest, strict)
endif

# ---- flags -----------------------------------------------------------------------------------------

WARNINGS := -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wsign-conversion -Wold-style-cast \
    -Wsuggest-override -Wnon-virtual-dtor -Werror
# fmt and spdlog are used header-only; otherwise Debian's spdlog would need libfmt.so. A fixed thousands
# separator keeps std::locale, and with it half a megabyte of iostreams, out of the daemon.
COMMON := -std=c++23 -g -I. -isystem $(DEPS)/include -DFMT_HEADER_ONLY -DFMT_STATIC_THOUSANDS_SEPARATOR=0x2c \
    $(WARNINGS)
HARDENING := -fPIE -fstack-protector-strong -fstack-clash-protection -fcf-protection \
    -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=3
RELEASE := $(COMMON) $(HARDENING) -Os -ffunction-sections -fdata-sections
# Unit tests call the product's own objects; the tests themselves must compile fast, not run fast.
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
# The part of cratectl that decides; the rest does input and output.
PURE_CTL := $(filter-out tools/cratectl/main.cpp tools/cratectl/commands/%,$(CTL))
TESTS := $(wildcard tests/unit/*.cpp tests/fakes/*.cpp)
STANDIN := $(wildcard tests/standin/*.cpp)
DRIVERS_CXX := $(wildcard tests/live/drivers/*.cpp)
SOURCES := $(wildcard agent/main.cpp) $(AGENT) $(HAL) $(CTL) $(TESTS) $(STANDIN) $(DRIVERS_CXX) \
    $(wildcard tests/sim/*.cpp)
# Headers that hal may include and still be pure: structures and constants, no system calls.
STRUCTURES := <(linux/.*|asm/.*|net/if|netinet/in|arpa/inet|sys/socket)\.h>
# Headers with handles of system libraries; a source that includes one of them is not pure either.
HANDLES := hal/base/handles.hpp $(shell grep -lE '^.include "hal/base/handles' hal/*/*.hpp)
TOUCHING := $(shell grep -HE -e '^.include <.*\.h>' $(HANDLES:%=-e '^.include "%"') $(HAL) /dev/null | \
    grep -vE '$(STRUCTURES)' | cut -d: -f1)
PURE_HAL := $(filter-out $(TOUCHING),$(HAL))

objects = $(patsubst %.cpp,$(B)/$(1)/%.o,$(2))

# ---- targets ---------------------------------------------------------------------------------------

.DEFAULT_GOAL := all
.DELETE_ON_ERROR:
MAKEFLAGS += --no-builtin-rules $(if $(filter 0,$(MAKELEVEL)),--jobs=$(shell nproc))

ROOTS := $(filter live cluster image image-tree image-test vm vm-cluster release second-release%,$(MAKECMDGOALS))
ifneq ($(and $(ROOTS),$(filter-out 0,$(shell id -u))),)
$(error make $(firstword $(ROOTS)) needs root, because it mounts disks and builds Debian trees: run it as root or with sudo)
endif
# A user who cannot write where an earlier make wrote learns so now, and how to fix it. The node trees belong to root.
MINE := $(filter-out $(B)/. $(B)/..,$(wildcard $(B)/*.flags $(B)/.*-packages $(B)/deps $(B)/release $(B)/unit $(B)/sanitize \
    $(B)/lint $(B)/crate*))
FOREIGN := $(shell [ ! -e $(B) ] || [ "$$(id -u)" = 0 ] || \
    { find $(B) -maxdepth 0 ! -writable; find $(MINE) /dev/null -path '*/deps/source' -prune -o ! -writable ! -path /dev/null -print; } 2> /dev/null | \
    head -n 1)
ifneq ($(and $(FOREIGN),$(filter-out help,$(or $(MAKECMDGOALS),all))),)
$(error $(FOREIGN) belongs to $(shell stat -c %U $(FOREIGN)): run make as $(shell stat -c %U $(FOREIGN)), or take over \
    the build with `sudo chown $$USER $(B) && sudo chown -R $$USER $(MINE)`)
endif

PRODUCTS := $(if $(wildcard agent/main.cpp),$(B)/cratekeeperd) $(if $(CTL),$(B)/cratectl)
# What a test node consists of.
export NODE_TREE ?= image.tree
NODE := all image-tree standin $(B)/.check-packages

all: $(PRODUCTS) compile_commands.json ## build cratekeeperd and cratectl (the default)
	@tools/deps/pins tell $(DEPS)

deps: $(DEPS)/.headers $(DEPS)/.libraries ## install Debian packages and build the static libraries, once

unit: $(B)/release/unit-tests ## run the unit tests twice, in random order
	$< -s -r2

unit-asan: $(B)/sanitize/unit-tests ## run the unit tests under ASan and UBSan
	$< -s

live: export NODE_TREE := tree
live: $(NODE) ## run the agent against real etcd, systemd, Docker and Btrfs (root)
	/usr/bin/python3 -B -m pytest -ra $(PYTEST_ARGS) tests/live

cluster: $(NODE) ## run several nodes with real systemd on a private network (root)
	/usr/bin/python3 -B -m pytest -ra --timeout=180 $(PYTEST_ARGS) tests/cluster

build-test: $(B)/.check-packages ## test the build itself: Makefile, packages, libraries, make check
	/usr/bin/python3 -B -m pytest -ra $(PYTEST_ARGS) tests/build

check: ## run every test suite that fits into 40 minutes and print a summary (what CI runs)
	@tools/check $(MAKEOVERRIDES)

check-long: ## run what make check omits: all seeds, long faults, three machines, the other Debian release
	@tools/check long $(MAKEOVERRIDES)

second-release: ## run the unit tests in a minimal tree of the other supported Debian release (root)
	tests/build/second-release unit

second-release-long: ## also build and check the product itself in that tree (root)
	tests/build/second-release all size lint build-test

packages:
	tools/deps/install-packages build lint check

lint: lint-rules lint-format lint-tidy ## check formatting, naming, bug patterns, scripts, include rules

bench: all $(B)/.check-packages ## measure the figures that the design promises
	tools/bench/run

# The demo checks for root before it builds anything.
# It installs and builds its own prerequisites, but is written in Python, which a minimal machine may lack.
demo: $(if $(wildcard /usr/bin/python3),,$(B)/.check-packages) ## start a cluster of four nodes to explore and break; Ctrl-C ends it
	@tools/demo/run

size: all ## check that the stripped binaries stay within their size budget
	tools/lint/size 3500000 $(PRODUCTS)

format: $(B)/.lint-packages ## format every C++ file according to .clang-format
	clang-format-19 -i $(CXX_FILES)

clean: ## remove build output; keep the static libraries and the Debian trees
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

# Unit tests and the simulation need only the headers and CppUTest; the other libraries take minutes.
$(DEPS)/.headers $(DEPS)/.libraries: $(DEPS)/.%: $(LIBRARY_RULES) \
    $(if $(filter newest strict,$(PINS)),FORCE) | $(B)/.build-packages
	tools/deps/build-libraries $(DEPS) $*
	@touch $@
$(DEPS)/.libraries: $(DEPS)/.headers

# These change only when a library of the set was rebuilt; + makes a dry run check them too.
$(DEPS)/.built-headers $(DEPS)/.built-libraries: $(DEPS)/.built-%: $(DEPS)/.%
	@+[ -e $@ ] || [ ! -d $(@D) ] || touch $@

# ---- binaries --------------------------------------------------------------------------------------

BINARIES := $(addprefix $(B)/,cratekeeperd cratectl crate-standin)
ARCHIVES := $(foreach kind,release sanitize,$(addprefix $(B)/$(kind)/,hal.a cratectl.a standin.a))
# For each kind there is a variable with its flags and a stamp with the flags of the last build.
KINDS := RELEASE UNIT SANITIZE LINKING COMMANDS
LINKING := $(LINK) $(LIBS)
COMMANDS := $(CURDIR) $(COMMON) $(TEST_FLAGS) $(SOURCES)
# What is being written has a name of this make alone: two of them in one tree may link the same program.
PART := .$(shell echo $$PPID).part

$(B)/cratekeeperd.debug: $(call objects,release,agent/main.cpp $(AGENT) $(HAL))
$(B)/cratectl.debug: $(call objects,release,$(CTL) $(AGENT) $(HAL))
$(B)/crate-standin.debug: $(call objects,release,$(STANDIN))

# The linker takes only the archive members that are needed: a parser that needs a system library fails here.
$(B)/release/hal.a: $(call objects,release,$(PURE_HAL))
$(B)/sanitize/hal.a: $(call objects,sanitize,$(PURE_HAL))
$(B)/release/cratectl.a: $(call objects,release,$(PURE_CTL))
$(B)/sanitize/cratectl.a: $(call objects,sanitize,$(PURE_CTL))

# The product's objects come first: if a test has a copy of one of their functions, the product's is linked.
$(B)/release/unit-tests: $(call objects,release,$(AGENT)) $(call objects,unit,$(TESTS)) \
    $(addprefix $(B)/release/,cratectl.a hal.a standin.a)
$(B)/sanitize/unit-tests: $(call objects,sanitize,$(AGENT) $(TESTS)) $(addprefix $(B)/sanitize/,cratectl.a hal.a standin.a)

$(B)/release/unit-tests $(B)/sanitize/unit-tests:
	@echo "  link $@"
	@$(CXX) $(if $(findstring sanitize,$@),$(SANITIZERS)) $^ -L$(DEPS)/lib -lCppUTestExt -lCppUTest -o $@$(PART)
	@mv -f $@$(PART) $@

include tests/standin/standin.mk tests/live/drivers/drivers.mk tests/sim/sim.mk image/image.mk tools/build/objects.mk \
    tools/lint/lint.mk tools/release/release.mk

# ---- install ---------------------------------------------------------------------------------------

UNITS := $(DESTDIR)/usr/lib/systemd/system
INSTALL := install -D -m 644

install: install-node install-tools ## install below DESTDIR what a node needs, and the tools to set nodes up

install-node: all ## install below DESTDIR what a node needs, as the image build does
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
