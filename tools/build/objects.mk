# Turns sources into objects, archives and programs. Owns the compiler command lines, the flag stamps and the step
# counter. The Makefile defines which source belongs to which program.
#
# A file gets its final name only when it is complete: after an interrupted make or a power loss there is no partial
# object, and the next make resumes. An object contains no directory but ".", so a tree can be moved without a rebuild.

# ---- the compiler ----------------------------------------------------------------------------------

# ccache only where its directory is writable. It is not part of the flags, because it yields the same object.
LAUNCHER = $(eval LAUNCHER := $(if $(findstring ccache,$(CXX)),,$(shell command -v ccache > /dev/null && \
    directory=$$(ccache --get-config=cache_dir) && mkdir -p "$$directory" 2> /dev/null && [ -w "$$directory" ] && \
    echo ccache)))$(LAUNCHER)
# ccache needs the first with a precompiled header; the second lets it find objects compiled in another checkout.
export CCACHE_SLOPPINESS := pch_defines,time_macros
export CCACHE_NOHASHDIR := 1
# ccache checks only the headers that it saw last time. It would miss a new header that now comes first on the path, as
# with another library version in build/deps, so the list of libraries is part of the key.
export CCACHE_EXTRAFILES := tools/deps/libraries.lock:$(DEPS)/newer-than-tested
COMPILE = $(LAUNCHER) $(CXX) -ffile-prefix-map=$(CURDIR)=.

# ---- flag stamps: changed flags cause a rebuild; an edited comment or another directory does not -------------------

# The compiler version counts as a flag: objects of two compilers are never mixed.
VERSION = $(eval VERSION := $(shell $(CXX) -dumpfullversion))$(VERSION)
flags = $(strip $(filter-out ccache,$(CXX)) $(VERSION) $($(1)))
# A stamp with the same content is not remade, so `make -n` shows what make would really do.
differs = $(if $(wildcard $(B)/$(1).flags),$(if $(subst <$(call flags,$(1))>,,<$(file < $(B)/$(1).flags)>),FORCE))

$(foreach kind,$(KINDS),$(eval $(B)/$(kind).flags: $(call differs,$(kind))))
$(KINDS:%=$(B)/%.flags): $(B)/%.flags: | $(B)/.build-packages
	@mkdir -p $(@D) && printf '%s\n' '$(call flags,$*)' > $@$(PART) && mv -f $@$(PART) $@

# ---- progress --------------------------------------------------------------------------------------

# The first step of a run counts all steps with a dry run, which serves only this count.
ifdef COUNTING
progress = : one more step
else
STEPS = $(eval STEPS := $(shell MAKEFLAGS= $(MAKE) -n COUNTING=yes MAKE=true $(MAKEOVERRIDES) \
    $(or $(MAKECMDGOALS),$(.DEFAULT_GOAL)) 2> /dev/null | grep -c '^: one more step'))$(announce)$(STEPS)
# Each takes four seconds of one processor, measured without a cache.
announce = $(if $(word 41,$(shell seq $(STEPS))),$(info $(STEPS) files: about $(shell \
    echo $$((1 + $(STEPS) * 4 / 60 / $(shell nproc)))) minutes with an empty ccache))
DONE :=
progress = $(eval DONE += x)printf '[%3d/%d] %s\n' $(words $(DONE)) $(STEPS) '$(1)'
endif

# ---- objects ---------------------------------------------------------------------------------------

# compile KIND: its flags are in the variable of that name, in capitals.
define compile
@$(call progress,c++ $(if $(filter RELEASE,$(1)),,($(call lower,$(1))) )$<)
@mkdir -p $(@D)
@$(COMPILE) $($(1)) -MMD -MP -MT $@ -MF $@.d$(PART) -c $< -o $@$(PART)
@mv -f $@.d$(PART) $(@:.o=.d) && mv -f $@$(PART) $@
endef

lower = $(patsubst UNIT,unit,$(patsubst SANITIZE,sanitized,$(1)))

# A library that was not rebuilt keeps its time, so a stamp is newer only when a library is.
$(B)/release/%.o: %.cpp $(B)/RELEASE.flags $(DEPS)/.built-headers
	$(call compile,RELEASE)

# A source that calls library functions needs all libraries; agent, parsers and tests link none.
$(call objects,release,$(filter-out $(AGENT) $(PURE_HAL) $(PURE_CTL) $(STANDIN_PURE) $(SIM) $(TESTS),$(SOURCES))): $(DEPS)/.built-libraries

$(B)/unit/%.o: %.cpp $(B)/UNIT.flags $(B)/unit/prefix.hpp.gch
	$(call compile,UNIT)

$(B)/sanitize/%.o: %.cpp $(B)/SANITIZE.flags $(B)/sanitize/prefix.hpp.gch
	$(call compile,SANITIZE)

# The headers that every unit test includes, parsed once. To ccache a header is the same when only comments changed, but
# the compiler would take the parsed one and the edited one for two, and complain. So each byte of them is in the key.
$(B)/unit/prefix.hpp.gch $(B)/sanitize/prefix.hpp.gch: %.gch: tests/unit/prefix.hpp $(DEPS)/.built-headers
	@$(call progress,c++ $*)
	@mkdir -p $(@D) && echo '#include "$<"' > $*$(PART) && mv -f $*$(PART) $*
	@CCACHE_EXTRAFILES=$$CCACHE_EXTRAFILES:$$($(CXX) $(COMMON) $(TEST_FLAGS) -MM $< | tr -d '\\\n' | cut -d: -f2- | tr -s ' ' :) \
	    $(COMPILE) $(filter-out -include %/prefix.hpp,$(if $(findstring sanitize,$@),$(SANITIZE),$(UNIT))) \
	    -MMD -MP -MT $@ -MF $@.d$(PART) -x c++-header $* -o $@$(PART)
	@mv -f $@.d$(PART) $@.d && mv -f $@$(PART) $@
$(B)/unit/prefix.hpp.gch: $(B)/UNIT.flags
$(B)/sanitize/prefix.hpp.gch: $(B)/SANITIZE.flags

# The dependencies of an object count as long as it is there.
-include $(patsubst %.o,%.d,$(wildcard $(foreach kind,release unit sanitize,$(call objects,$(kind),$(SOURCES)))))
-include $(wildcard $(B)/unit/prefix.hpp.gch.d $(B)/sanitize/prefix.hpp.gch.d)

# ---- for editors -----------------------------------------------------------------------------------

# clangd finds it at the top. It names this directory, so a moved tree rewrites it; editors do not need the prefix flags.
compile_commands.json: $(B)/COMMANDS.flags ## tell editors with clangd how each source is compiled
	@{ $(foreach source,$(SOURCES),printf '%s\t%s\n' $(source) '$(COMMON) $(if $(filter tests/%,$(source)),$(TEST_FLAGS))';) } | \
	    tools/build/compile-commands '$(CURDIR)' '$(filter-out ccache,$(CXX))' > $@$(PART) && mv -f $@$(PART) $@

# ---- archives and programs -------------------------------------------------------------------------

$(ARCHIVES):
	@rm -f $@$(PART) && ar rcs $@$(PART) $^ && mv -f $@$(PART) $@

# These binaries are stripped; the matching .debug files keep the symbols.
$(BINARIES:=.debug): $(DEPS)/.built-libraries $(B)/LINKING.flags
	@echo "  link $@"
	@set -o pipefail; $(CXX) $(LINK) $(filter %.o,$^) $(LIBS) -o $@$(PART) $(QUIET_NSS)
	@mv -f $@$(PART) $@

$(BINARIES): %: %.debug
	@objcopy --strip-all --add-gnu-debuglink=$< $< $@$(PART) && mv -f $@$(PART) $@
