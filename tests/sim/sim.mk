# The simulation: the agent's own objects on fakes, linked without any system library, like the unit tests.
# Included by the Makefile, which has its flags. Optimising for speed gains nothing over size: 0.1 s per seed.

SIM := $(wildcard tests/sim/*.cpp)
SIM_FAKES := $(addprefix tests/fakes/,fakes.cpp loop.cpp etcd.cpp etcd_client.cpp)

$(B)/simulation: $(call objects,release,$(SIM) $(SIM_FAKES) $(AGENT)) $(addprefix $(B)/release/,cratectl.a hal.a)
	@echo "  link $@"
	@$(CXX) $^ -o $@$(PART) && mv -f $@$(PART) $@

sim: $(B)/simulation ## simulate clusters under random faults; SEEDS=n for more, SEED=n replays one
	tests/sim/run $<

.PHONY: sim
