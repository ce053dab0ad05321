# Source checks: formatting, naming, bug patterns and include rules. Included by the Makefile.

CXX_FILES = $(wildcard $(foreach place,agent agent/* hal/* tools/cratectl tools/cratectl/* tests tests/unit tests/fakes tests/sim tests/standin \
    tests/live/drivers,$(place)/*.cpp $(place)/*.hpp))

lint-rules: $(B)/.lint-packages
	tools/lint/rules

lint-format: $(B)/.lint-packages
	@echo '  checking the format of $(words $(CXX_FILES)) C++ files'
	@clang-format-19 --dry-run -Werror $(CXX_FILES)

lint-tidy: $(patsubst %,$(B)/lint/%.tidy,$(SOURCES))

# One stamp per file, renewed when the file, its includes or the checks change.
$(B)/lint/%.tidy: % .clang-tidy | $(B)/.lint-packages $(DEPS)/.libraries
	@mkdir -p $(@D)
	@$(call progress,tidy $<)
	@clang-tidy-19 --quiet $< -- $(filter-out $(WARNINGS),$(COMMON)) -w $(TEST_FLAGS) 2>&1 | \
	    { grep -vE '^[0-9]+ warnings? (generated|treated)|^Suppressed |^Use -header-filter' || true; } >&2; \
	    exit $${PIPESTATUS[0]}
	@$(CXX) $(COMMON) $(TEST_FLAGS) -MM -MP -MT $@ -MF $@.d.part $<
	@mv -f $@.d.part $@.d && touch $@

-include $(wildcard $(patsubst %,$(B)/lint/%.tidy.d,$(SOURCES)))

