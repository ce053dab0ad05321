// Reading netlink's building blocks: structures, integers, strings and attribute lists out of bytes.
// Pure; every read checks the length first. It knows no message type.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <span>
#include <string>
#include <type_traits>
#include <vector>

namespace hal {

/// A structure from the front of the bytes, if there are enough. Copied, because messages are aligned to 4 bytes only.
template <class T>
std::optional<T> readStruct(std::span<const std::byte> bytes) {
    static_assert(std::is_trivially_copyable_v<T>);
    if (bytes.size() < sizeof(T)) {
        return std::nullopt;
    }
    T value;
    std::memcpy(&value, bytes.data(), sizeof(T));
    return value;
}

/// An integer attribute must have exactly its size.
template <class T>
std::optional<T> readInteger(std::span<const std::byte> bytes) {
    return bytes.size() == sizeof(T) ? readStruct<T>(bytes) : std::nullopt;
}

/// A string attribute: up to its NUL, or to its end if the kernel sent none.
[[nodiscard]] std::string readNetlinkString(std::span<const std::byte> bytes);

struct NetlinkAttribute {
    uint16_t type = 0; ///< without the flags for nesting and byte order
    std::span<const std::byte> payload;
};

/// All attributes of a message or of a nest, or nothing if one is malformed.
[[nodiscard]] std::optional<std::vector<NetlinkAttribute>>
readNetlinkAttributes(std::span<const std::byte> bytes);

/// The length rounded up to where the next message, attribute or hop begins.
[[nodiscard]] size_t netlinkAligned(size_t length);

} // namespace hal
