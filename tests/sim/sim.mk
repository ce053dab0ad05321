# The simulation: the very objects of the agent on fakes, linked like the unit tests without any system library.
# Included by the Makefile, which has its flags. Optimised for size it is as fast as for speed: 0.1 s a seed.

SIM := $(wildcard tests/sim/*.cpp)
SIM_FAKES := $(addprefix tests/fakes/,fakes.cpp loop.cpp etcd.cpp etcd_client.cpp)

$(B)/simulation: $(call objects,release,$(SIM) $(SIM_FAKES) $(AGENT)) $(addprefix $(B)/release/,cratectl.a hal.a)
	@echo "  link $@"
	@$(CXX) $^ -o $@.part && mv -f $@.part $@

sim: $(B)/simulation ## simulate clusters under random faults; SEEDS=n for more, SEED=n replays one
	tests/sim/run $<

.PHONY: sim
