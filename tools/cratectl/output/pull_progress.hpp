// The progress of Docker's image pull: a pure fold over the lines that its Engine API streams.
// It owns the arithmetic of layers and the text for it. It pulls nothing.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace cratectl {

class PullProgress {
public:
    /// Takes bytes as they arrive; lines may be split anywhere. A line over 64 KiB is an error.
    void take(std::string_view bytes);

    /// Of the layers known so far, in percent of their compressed bytes; empty until a first size is known.
    [[nodiscard]] std::optional<int> percent() const;

    /// "waiting for the image: 61 %", "waiting for the image: unpacking"
    [[nodiscard]] std::string words() const;

    /// The error message of the registry or of Docker, if the pull failed.
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
