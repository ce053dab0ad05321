// ALTER CLUSTER DECOMMISSION on the node that leaves: its copies move away, what runs comes to its end, then it exits.
// Pure over the cluster's state and the time; asks for changes and for the exit, carries out neither.
#pragma once

#include "tests/standin/shared_settings.hpp"

namespace standin {

class Decommissioning {
public:
    using Clock = std::chrono::steady_clock;

    // `last` passes between the end of the last request and the exit.
    Decommissioning(std::string nodeId, Version version, Texts configured, std::chrono::milliseconds last)
        : nodeId_(std::move(nodeId)), version_(version), configured_(std::move(configured)), last_(last) {}

    // False when it is under way already.
    bool begin(const ClusterState& state, Clock::time_point now);
    [[nodiscard]] bool isUnderWay() const { return phase_ != Phase::none; }

    struct Step {
        std::optional<nlohmann::json> change; // for the master
        std::string remark;
        bool aborted = false; // sessions are welcome again
        bool exits = false;
    };

    [[nodiscard]] Step tick(const ClusterState& state, std::size_t activeRequests, Clock::time_point now);

private:
    enum class Phase { none, moving, draining, leaving };

    [[nodiscard]] Step move(const ClusterState& state, Clock::time_point now);
    [[nodiscard]] Step giveUp(const std::string& reason);
    [[nodiscard]] bool hasMoved(const ClusterState& state) const;
    void drain(Clock::time_point now);

    std::string nodeId_;
    Version version_;
    Texts configured_;
    std::chrono::milliseconds last_;

    Phase phase_ = Phase::none;
    GracefulStop rules_;
    Clock::time_point deadline_;
    Clock::time_point nextAsk_;
    Clock::time_point exitAt_;
};

} // namespace standin
