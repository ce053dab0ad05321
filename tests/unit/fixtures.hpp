// Where the fixtures lie and how their hexadecimal files are read.
// The unit tests run at the top of the repository.
#pragma once

#include "hal/hardware/system_files.hpp"
#include "tests/cpputest.hpp"

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace fixtures {

inline const std::string kNuc = "tests/unit/fixtures/nuc";

/// The whole text of a fixture; fails the test when it is not there.
inline std::string text(const std::string& name) {
    constexpr size_t kMaxBytes = 1 << 20;
    const auto content = hal::readText("tests/unit/fixtures/" + name, kMaxBytes);
    CHECK_OK(content);
    return content.value_or("");
}

inline std::vector<std::byte> bytes(std::string_view hexadecimal) {
    std::vector<std::byte> result;
    const auto digit = [](char c) { return static_cast<unsigned>(c <= '9' ? c - '0' : c - 'a' + 10); };
    for (size_t i = 0; i + 1 < hexadecimal.size(); i += 2) {
        result.push_back(static_cast<std::byte>(digit(hexadecimal[i]) * 16 + digit(hexadecimal[i + 1])));
    }
    return result;
}

/// The datagrams of a capture: a line each.
inline std::vector<std::vector<std::byte>> datagrams(const std::string& name) {
    std::vector<std::vector<std::byte>> result;
    const std::string content = text(name);
    std::string_view rest = content;
    while (!rest.empty()) {
        const size_t end = rest.find('\n');
        result.push_back(bytes(rest.substr(0, end)));
        rest = end == std::string_view::npos ? std::string_view{} : rest.substr(end + 1);
    }
    return result;
}

} // namespace fixtures
