# The simulation: the real agent on fakes, optimised for speed, linked like the unit tests without any system library.
# Included by the Makefile, which has its flags.

SIM := $(wildcard tests/sim/*.cpp)
SIM_FAKES := $(addprefix tests/unit/fake,s.cpp _loop.cpp _etcd.cpp _etcd_client.cpp)

$(B)/simulate/hal.a: $(call objects,simulate,$(PURE_HAL))

$(B)/simulate/simulation: $(call objects,simulate,$(SIM) $(SIM_FAKES) $(AGENT)) $(B)/simulate/hal.a
	@echo "  link $@"
	@$(CXX) $^ -o $@.part && mv -f $@.part $@

sim: $(B)/simulate/simulation ## simulate clusters under random faults; SEEDS=n for more, SEED=n replays one
	tests/sim/run $<

.PHONY: sim
