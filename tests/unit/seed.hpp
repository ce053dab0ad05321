// The one seed of a run, for tests that damage values at random. Owns its choice and the line that prints it;
// never the randomness itself: each test seeds a generator of its own.
#pragma once

namespace seed {

/// UNIT_SEED from the environment, otherwise one that was drawn when the program began.
unsigned ofThisRun();

} // namespace seed
