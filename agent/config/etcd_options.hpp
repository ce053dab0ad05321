// Turns the etcd configuration into the options of the client: the one place both the daemon and cratectl use.
// It reads the password file through the function it is given and keeps nothing.
#pragma once

#include "agent/config/config.hpp"
#include "hal/base/result.hpp"
#include "hal/etcd/etcd.hpp"

#include <functional>
#include <optional>
#include <string>

namespace agent {

/// Fails, terminally, if a password file is set and cannot be read.
[[nodiscard]] hal::Result<hal::EtcdOptions>
etcdOptions(const EtcdConfig& config,
            const std::function<hal::Result<std::optional<std::string>>(const std::string& path)>& readFile);

} // namespace agent
