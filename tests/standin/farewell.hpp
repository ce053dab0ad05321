// Connections of protocols the stand-in does not speak: a last word is sent, then they are closed without a reset.
// Owns those descriptors, at most 64 of them, each for at most two seconds.
#pragma once

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

namespace standin {

class Farewell {
public:
    using Clock = std::chrono::steady_clock;

    Farewell() = default;
    Farewell(const Farewell&) = delete;
    Farewell& operator=(const Farewell&) = delete;
    ~Farewell();

    void bid(int descriptor, std::string_view lastWord, Clock::time_point now);
    // Closes those whose peer is gone or whose time is over.
    void tidy(Clock::time_point now);
    [[nodiscard]] bool empty() const { return leaving_.empty(); }

private:
    struct Leaving {
        int descriptor;
        Clock::time_point until;
    };

    std::vector<Leaving> leaving_;
};

// An ErrorResponse of the PostgreSQL protocol that says what this is (SQLSTATE 0A000, feature not supported).
[[nodiscard]] std::string postgresRefusal();

} // namespace standin
