# How a source becomes an object, an archive and a program. Owns the command lines of the compiler, the stamps of its
# flags and the count of steps; never says which source belongs to which program: the Makefile does.
#
# A file gets its name when it is whole: a make that was interrupted, or a machine that lost power, leaves no half object
# behind, and the next make goes on. An object knows no directory but ".", so a tree can be moved without a rebuild.

# ---- the compiler ----------------------------------------------------------------------------------

# ccache only where it has a place to write to. It is not one of the flags: what comes out of it is the same object.
LAUNCHER = $(eval LAUNCHER := $(if $(findstring ccache,$(CXX)),,$(shell command -v ccache > /dev/null && \
    directory=$$(ccache --get-config=cache_dir) && mkdir -p "$$directory" 2> /dev/null && [ -w "$$directory" ] && \
    echo ccache)))$(LAUNCHER)
# What ccache asks of those who use a precompiled header, and leave to find an object that another checkout compiled.
export CCACHE_SLOPPINESS := pch_defines,time_macros
export CCACHE_NOHASHDIR := 1
# ccache looks at the headers that it saw last time. It would miss one that now comes first, as those of another version
# of a library in build/deps do, so what libraries there are is a part of the key.
export CCACHE_EXTRAFILES := tools/deps/libraries.lock:$(DEPS)/newer-than-tested
COMPILE = $(LAUNCHER) $(CXX) -ffile-prefix-map=$(CURDIR)=.

# ---- stamps of flags: changed flags compile again, an edited comment or another directory does not -----------------

# The version of the compiler counts as a flag: objects of two compilers are never mixed.
VERSION = $(eval VERSION := $(shell $(CXX) -dumpfullversion))$(VERSION)
flags = $(strip $(filter-out ccache,$(CXX)) $(VERSION) $($(1)))
# A stamp that says the same need not be made, so `make -n` tells what would really happen.
differs = $(if $(wildcard $(B)/$(1).flags),$(if $(subst <$(call flags,$(1))>,,<$(file < $(B)/$(1).flags)>),FORCE))

$(foreach kind,$(KINDS),$(eval $(B)/$(kind).flags: $(call differs,$(kind))))
$(KINDS:%=$(B)/%.flags): $(B)/%.flags: | $(B)/.build-packages
	@mkdir -p $(@D) && printf '%s\n' '$(call flags,$*)' > $@.part && mv -f $@.part $@

# ---- how far it is ---------------------------------------------------------------------------------

# The first step of a run counts all of them by a dry run, in which nothing but the count is of interest.
ifdef COUNTING
progress = : one more step
else
STEPS = $(eval STEPS := $(shell MAKEFLAGS= $(MAKE) -n COUNTING=yes MAKE=true $(MAKEOVERRIDES) \
    $(or $(MAKECMDGOALS),$(.DEFAULT_GOAL)) 2> /dev/null | grep -c '^: one more step'))$(announce)$(STEPS)
# Four seconds of one processor for each, measured without a cache.
announce = $(if $(word 41,$(shell seq $(STEPS))),$(info $(STEPS) files: about $(shell \
    echo $$((1 + $(STEPS) * 4 / 60 / $(shell nproc)))) minutes when nothing of it is in the cache of ccache))
DONE :=
progress = $(eval DONE += x)printf '[%3d/%d] %s\n' $(words $(DONE)) $(STEPS) '$(1)'
endif

# ---- objects ---------------------------------------------------------------------------------------

# compile KIND: its flags are in the variable of that name, in capitals.
define compile
@$(call progress,c++ $(if $(filter RELEASE,$(1)),,($(call lower,$(1))) )$<)
@mkdir -p $(@D)
@$(COMPILE) $($(1)) -MMD -MP -MT $@ -MF $@.d.part -c $< -o $@.part
@mv -f $@.d.part $(@:.o=.d) && mv -f $@.part $@
endef

lower = $(patsubst UNIT,unit,$(patsubst SANITIZE,sanitized,$(1)))

# What was not rebuilt keeps its time, so the stamps of the libraries are younger only when a library is.
$(B)/release/%.o: %.cpp $(B)/RELEASE.flags $(DEPS)/.built-headers
	$(call compile,RELEASE)

# Whoever calls a library's functions needs all of them; agent, parsers and tests link none.
$(call objects,release,$(filter-out $(AGENT) $(PURE_HAL) $(PURE_CTL) $(STANDIN_PURE) $(SIM) $(TESTS),$(SOURCES))): $(DEPS)/.built-libraries

$(B)/unit/%.o: %.cpp $(B)/UNIT.flags $(B)/unit/prefix.hpp.gch
	$(call compile,UNIT)

$(B)/sanitize/%.o: %.cpp $(B)/SANITIZE.flags $(B)/sanitize/prefix.hpp.gch
	$(call compile,SANITIZE)

# The headers that every unit test includes, parsed once.
$(B)/unit/prefix.hpp.gch $(B)/sanitize/prefix.hpp.gch: %.gch: tests/unit/prefix.hpp $(DEPS)/.built-headers
	@$(call progress,c++ $*)
	@mkdir -p $(@D) && echo '#include "$<"' > $*.part && mv -f $*.part $*
	@$(COMPILE) $(filter-out -include %/prefix.hpp,$(if $(findstring sanitize,$@),$(SANITIZE),$(UNIT))) \
	    -MMD -MP -MT $@ -MF $@.d.part -x c++-header $* -o $@.part
	@mv -f $@.d.part $@.d && mv -f $@.part $@
$(B)/unit/prefix.hpp.gch: $(B)/UNIT.flags
$(B)/sanitize/prefix.hpp.gch: $(B)/SANITIZE.flags

# The dependencies of an object count as long as it is there.
-include $(patsubst %.o,%.d,$(wildcard $(foreach kind,release unit sanitize,$(call objects,$(kind),$(SOURCES)))))
-include $(wildcard $(B)/unit/prefix.hpp.gch.d $(B)/sanitize/prefix.hpp.gch.d)

# ---- what editors ask ------------------------------------------------------------------------------

# clangd finds it at the top. It names this directory, so a moved tree writes it anew; the prefix is nothing for an editor.
COMMANDS = $(CURDIR) $(COMMON) $(TEST_FLAGS) $(SOURCES)

compile_commands.json: $(B)/COMMANDS.flags ## tell editors with clangd how each source is compiled
	@{ $(foreach source,$(SOURCES),printf '%s\t%s\n' $(source) '$(COMMON) $(if $(filter tests/%,$(source)),$(TEST_FLAGS))';) } | \
	    tools/build/compile-commands '$(CURDIR)' '$(filter-out ccache,$(CXX))' > $@.part && mv -f $@.part $@

# ---- archives and programs -------------------------------------------------------------------------

$(ARCHIVES):
	@rm -f $@.part && ar rcs $@.part $^ && mv -f $@.part $@

# The files named so are stripped, their .debug twins keep the symbols.
$(BINARIES:=.debug): $(DEPS)/.built-libraries $(B)/LINKING.flags
	@echo "  link $@"
	@set -o pipefail; $(CXX) $(LINK) $(filter %.o,$^) $(LIBS) -o $@.part $(QUIET_NSS)
	@mv -f $@.part $@

$(BINARIES): %: %.debug
	@objcopy --strip-all --add-gnu-debuglink=$< $< $@.part && mv -f $@.part $@
