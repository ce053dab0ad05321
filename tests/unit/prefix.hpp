// What nearly every unit test includes and what takes the compiler longest, parsed once and put before each of them.
// Never a replacement for an include: clang-tidy and editors read every file without this one. It also keeps each test
// from instantiating all of nlohmann::json once more; json.cpp does that for all of them.
#pragma once

#include "tests/cpputest.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <charconv>
#include <deque>
#include <expected>
#include <functional>
#include <list>
#include <map>
#include <memory>
#include <random>
#include <set>
#include <span>
#include <sstream>
#include <tuple>
#include <utility>
#include <variant>

extern template class nlohmann::basic_json<>;
