// Whole, healthy values of the agent's vocabulary, for tests that change one thing and look at what follows.
// It owns what "healthy" means in the tests: the node n1 of the cluster "crate", in slot 1, with its database up.
#pragma once

#include "agent/cluster/formation.hpp"
#include "agent/database/supervise.hpp"
#include "agent/health/announce.hpp"
#include "agent/health/health.hpp"
#include "agent/observed.hpp"

#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace values {

inline constexpr const char* kMachineId = "11111111111111111111111111111111";
inline constexpr const char* kOtherMachineId = "22222222222222222222222222222222";
inline constexpr const char* kBootId = "aaaaaaaa-0000-4000-8000-000000000001";
inline constexpr const char* kOtherBootId = "aaaaaaaa-0000-4000-8000-000000000002";
inline constexpr const char* kClusterId = "Hg5sVaI4T5Cnq1ArgbFuQw";
inline constexpr hal::LeaseId kLease = 7001;

[[nodiscard]] agent::Identity identity();
[[nodiscard]] hal::Host host();
/// A probe of a small machine: one wired NIC with 10.0.0.1, one NVMe disk, Btrfs under /data/crate.
[[nodiscard]] agent::ProbeResult probe();
[[nodiscard]] agent::Inventory inventory();
[[nodiscard]] hal::Unit unit(const std::string& name, const std::string& active, const std::string& sub);
[[nodiscard]] hal::CrateAnswer answer();
[[nodiscard]] agent::LiveNode otherNode(const std::string& name, const std::string& nodeId = kOtherMachineId);

/// What n2 has in etcd under `nodes`, changed as the merge patch says (RFC 7396).
[[nodiscard]] std::string nodeValue(const nlohmann::json& changes = nlohmann::json::object());

[[nodiscard]] agent::PersistentState persistent(std::optional<unsigned> slot,
                                                std::optional<std::string> clusterId);

/// A registry at revision 40 that knows n1 as the member of slot 1, the vote of n1 alone, and the cluster id.
[[nodiscard]] agent::Registry registry();
/// Everything is as it should be: judged, this is ready.
[[nodiscard]] agent::Observed observed();
/// The same machine before its first start: empty disk, nothing saved, an etcd without one key.
[[nodiscard]] agent::Observed blankObserved();

/// A blank disk on a member of slot 1: only the vote is open.
[[nodiscard]] agent::Observed memberWithoutData();

/// The key and value of a create-only write; fails the test when the claim could overwrite anything.
[[nodiscard]] std::pair<std::string, nlohmann::json> createOnly(const std::optional<hal::Transaction>& claim);

/// The stages of the plan over one Observed, for tests of the later stages.
struct Stages {
    agent::Formation formation;
    agent::Supervision supervision;
    agent::Verdict verdict;
};
[[nodiscard]] Stages stages(const agent::Observed& observed, const agent::Config& config = {});

/// The component of that name; fails the test when there is none.
[[nodiscard]] const agent::Component& component(const agent::Verdict& verdict, std::string_view name);

} // namespace values
