// A fact that could not be read: which source failed and why.
// Problems accompany the values of a probe, so that one failing source hides no other.
#pragma once

#include <string>
#include <vector>

namespace hal {

struct Problem {
    std::string source; ///< the source, as an operator would name it: "nic eth0 speed"
    std::string reason; ///< why it is unknown and, if there is one, the next step
    bool operator==(const Problem&) const = default;
};
using Problems = std::vector<Problem>;

/// A reading and its problems.
template <class T>
struct Reading {
    T value;
    Problems problems;
    bool operator==(const Reading&) const = default;
};

} // namespace hal
