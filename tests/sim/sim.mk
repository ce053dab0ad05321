# The simulation: the real agent on fakes, optimised for speed, linked like the unit tests without any system library.

SIM := $(wildcard tests/sim/*.cpp)
SIM_FAKES := $(addprefix tests/unit/fake,s.cpp _loop.cpp _etcd.cpp _etcd_client.cpp)
SIMULATE := $(filter-out -g,$(COMMON)) -O2 -DNDEBUG

$(B)/SIMULATE.flags: $(B)/%.flags: FORCE
	@mkdir -p $(@D); echo '$(CXX) $($*)' | cmp -s - $@ || echo '$(CXX) $($*)' > $@

$(B)/simulate/%.o: %.cpp $(B)/SIMULATE.flags $(DEPS)/.built-headers
	$(call compile,SIMULATE)

$(B)/simulate/hal.a: $(call objects,simulate,$(PURE_HAL))
	@rm -f $@ && ar rcs $@ $^

$(B)/simulate/simulation: $(call objects,simulate,$(SIM) $(SIM_FAKES) $(AGENT)) $(B)/simulate/hal.a
	@echo "  link $@"
	@$(CXX) $^ -o $@

-include $(patsubst %.cpp,$(B)/simulate/%.d,$(SIM) $(SIM_FAKES) $(AGENT) $(PURE_HAL))

sim: $(B)/simulate/simulation ## simulate clusters under random faults; SEEDS=n for more, SEED=n replays one
	tests/sim/run $<

.PHONY: sim
