// How far Docker has come with pulling an image: a pure fold over the lines its Engine API streams.
// It owns the arithmetic of layers and the words for it. It pulls nothing.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace cratectl {

class PullProgress {
public:
    /// Takes bytes as they arrive; lines may be split anywhere. A line over 64 KiB ends with an error.
    void take(std::string_view bytes);

    /// Of the layers known so far, in per cent of their compressed bytes; empty until a first size is known.
    [[nodiscard]] std::optional<int> percent() const;

    /// "waiting for the image: 61 %", "waiting for the image: unpacking"
    [[nodiscard]] std::string words() const;

    /// The message of the registry or of Docker, when it refused.
    [[nodiscard]] const std::optional<std::string>& error() const { return error_; }

private:
    struct Layer {
        uint64_t current = 0;
        uint64_t total = 0;
    };

    void takeLine(const std::string& line);

    std::string rest_;
    std::map<std::string, Layer> layers_;
    std::optional<std::string> error_;
};

} // namespace cratectl
