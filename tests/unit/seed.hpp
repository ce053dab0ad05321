// The one seed of a run from which tests that damage values at random draw. Owns its choice and the line that tells it;
// never the randomness itself: each test seeds a generator of its own.
#pragma once

namespace seed {

/// UNIT_SEED from the environment, otherwise one that was drawn when the program began.
unsigned ofThisRun();

} // namespace seed
