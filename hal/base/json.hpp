// JSON that others wrote: parsed only if it is as flat and as small as an honest answer.
// It bounds depth and breadth. It checks no field: the caller does.
#pragma once

#include <cstddef>
#include <nlohmann/json_fwd.hpp>
#include <string_view>

namespace hal {

/// Deeper text costs the stack a frame a level, wherever the library walks over it.
constexpr size_t kMaxJsonDepth = 64;
/// Each value costs up to 100 bytes once parsed. The largest honest reading, 15 000 keys of etcd, has 105 000.
constexpr size_t kMaxJsonValues = 120'000;

/// Whether the text, taken as JSON, stays within both bounds. It says nothing about whether the text is JSON.
[[nodiscard]] bool isBoundedJson(std::string_view text);

/// A discarded value (is_discarded()) if the text is not JSON or exceeds a bound.
[[nodiscard]] nlohmann::json parseJson(std::string_view text);

/// The same with the members in the order of the text.
[[nodiscard]] nlohmann::ordered_json parseOrderedJson(std::string_view text);

} // namespace hal
