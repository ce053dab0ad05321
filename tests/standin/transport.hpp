// Frames of JSON between stand-ins on the transport port: four bytes of length, most significant first, then the text.
// Owns the connections, each of which carries frames in one direction. Everything is bounded; what does not get through
// is dropped without a word, because the cluster says everything again. Knows nothing of what the frames mean.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <nlohmann/json.hpp>
#include <poll.h>
#include <string>
#include <vector>

namespace standin {

class Transport {
public:
    using Clock = std::chrono::steady_clock;
    using Receiver = std::function<void(const nlohmann::json&)>;

    Transport() = default;
    Transport(const Transport&) = delete;
    Transport& operator=(const Transport&) = delete;
    ~Transport();

    // Takes over a connection that another stand-in opened.
    void accept(int descriptor, Clock::time_point now);
    // To "10.0.0.5:4300" or "[::1]:4300"; a name is not resolved, the frame is dropped.
    void send(const std::string& address, const nlohmann::json& message, Clock::time_point now);

    void watch(std::vector<pollfd>& watched) const;
    // Moves what can be moved without waiting; every frame that is complete goes to `receiver`.
    void run(const Receiver& receiver, Clock::time_point now);
    // Forgets every connection: what a cut cable does.
    void cut();

private:
    struct Incoming {
        int descriptor;
        std::string received;
        Clock::time_point lastUse;
    };

    struct Outgoing {
        int descriptor;
        std::string unsent;
        Clock::time_point lastProgress;
        Clock::time_point lastUse;
    };

    [[nodiscard]] static bool flush(Outgoing& outgoing, Clock::time_point now);
    [[nodiscard]] static bool read(Incoming& incoming, std::vector<nlohmann::json>& messages,
                                   Clock::time_point now);

    std::vector<Incoming> incoming_;
    std::map<std::string, Outgoing> outgoing_;
};

} // namespace standin
