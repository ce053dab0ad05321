// See gateway.hpp.
#include "tests/standin/gateway.hpp"

namespace standin {

namespace {

using namespace std::chrono_literals;

// What gateway.recover_after_time is when some number of nodes is expected and no time is set.
constexpr std::chrono::milliseconds kPatience = 5min;

} // namespace

Gateway gatewayFrom(const Settings& settings) {
    Gateway gateway{settings.number("gateway.expected_data_nodes", -1),
                    settings.number("gateway.recover_after_data_nodes", -1),
                    settings.number("gateway.expected_nodes", -1),
                    settings.number("gateway.recover_after_nodes", -1),
                    settings.time("gateway.recover_after_time")};
    const bool isExpecting = gateway.expectedDataNodes >= 0 || gateway.expectedNodes >= 0;
    if (!gateway.recoverAfterTime && isExpecting) {
        gateway.recoverAfterTime = kPatience;
    }
    return gateway;
}

bool Gateway::mayRecover(int dataNodes, int nodes) const {
    return (recoverAfterNodes == -1 || nodes >= recoverAfterNodes) &&
           (recoverAfterDataNodes == -1 || dataNodes >= recoverAfterDataNodes);
}

bool Gateway::mustWait(int dataNodes, int nodes) const {
    const bool expectsNothing = expectedNodes == -1 && expectedDataNodes == -1;
    const bool isShort = (expectedNodes != -1 && nodes < expectedNodes) ||
                         (expectedDataNodes != -1 && dataNodes < expectedDataNodes);
    return recoverAfterTime && (expectsNothing || isShort);
}

bool Gateway::passesCheck(int id, int dataNodes, int nodes) const {
    if (id == 1) {
        const int actual = expectedDataNodes == -1 ? nodes : dataNodes;
        const int expected = expectedDataNodes == -1 ? expectedNodes : expectedDataNodes;
        return actual == 1 || actual == expected;
    }
    const bool isOld = recoverAfterDataNodes == -1 || expectedDataNodes == -1;
    const int after = isOld ? recoverAfterNodes : recoverAfterDataNodes;
    const int expected = isOld ? expectedNodes : expectedDataNodes;
    if (id == 2) {
        return (isOld ? nodes : dataNodes) == 1 || (expected / 2 < after && after <= expected);
    }
    return after <= expected && (expected == -1 || recoverAfterTime.value_or(0ms) > 0ms);
}

} // namespace standin
