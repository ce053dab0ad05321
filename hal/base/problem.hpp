// A fact that could not be read: which source failed and why.
// Problems travel beside the values of a probe, so that one failing source hides no other.
#pragma once

#include <string>
#include <vector>

namespace hal {

struct Problem {
    std::string source; ///< what was asked, as a person would name it: "nic eth0 speed"
    std::string reason; ///< why it is unknown and, where there is one, the next step
    bool operator==(const Problem&) const = default;
};
using Problems = std::vector<Problem>;

/// A reading and what was missing from it.
template <class T>
struct Reading {
    T value;
    Problems problems;
    bool operator==(const Reading&) const = default;
};

} // namespace hal
