// Whether a line is a public key that OpenSSH accepts in authorized_keys.
// It checks only the key's format, not its owner.
#pragma once

#include <optional>
#include <string>

namespace cratectl {

/// What was expected instead, or nothing if the line is a key: type, base64, and an optional comment.
[[nodiscard]] std::optional<std::string> wrongSshKey(const std::string& line);

} // namespace cratectl
