# Programs with which pytest drives parts of hal against real services: build/<name> from each
# tests/live/drivers/<name>.cpp and all of hal/. Included by the Makefile, whose flags it uses.

DRIVER_SOURCES := $(wildcard tests/live/drivers/*.cpp)
DRIVERS := $(patsubst tests/live/drivers/%.cpp,$(B)/%,$(DRIVER_SOURCES))

live: $(DRIVERS)

$(DRIVERS): $(B)/%: $(B)/release/tests/live/drivers/%.o $(call objects,release,$(HAL)) $(DEPS)/.built-libraries
	@echo "  link $@"
	@set -o pipefail; $(CXX) $(LINK) $(filter %.o,$^) $(LIBS) -o $@$(PART) $(QUIET_NSS)
	@mv -f $@$(PART) $@
