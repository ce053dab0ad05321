// The lease determines the deadline of a call: three calls must fit into the lifetime of a lease.
#include "agent/config/etcd_options.hpp"

#include "agent/config/ini.hpp"
#include "hal/base/text.hpp"

#include <algorithm>

namespace agent {
namespace {

// A heartbeat is a third of the lease; a call must have failed before the next one is due.
constexpr hal::Duration kLongestDeadline = std::chrono::milliseconds(1500);

} // namespace

hal::Result<hal::EtcdOptions>
etcdOptions(const EtcdConfig& config,
            const std::function<hal::Result<std::optional<std::string>>(const std::string& path)>& readFile) {
    hal::EtcdOptions options;
    options.endpoints = config.endpoints;
    options.tls = {
        .caFile = config.caFile, .certificateFile = config.certificateFile, .keyFile = config.keyFile};
    options.user = config.user;
    options.deadline = std::min(kLongestDeadline, hal::Duration(config.lease) * 3 / 10);
    if (config.passwordFile) {
        const auto content = readFile(*config.passwordFile);
        if (!content) {
            return hal::failure(content.error().withContext("[Etcd] PasswordFile"));
        }
        if (!content->has_value()) {
            return hal::failure(hal::Error::invalid("[Etcd] PasswordFile: expected a file at " +
                                                    *config.passwordFile + ", found none"));
        }
        options.password = std::string(hal::trimmed((*content)->substr(0, (*content)->find('\n'))));
    }
    return options;
}

} // namespace agent
