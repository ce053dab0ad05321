// Whether a line is a public key that OpenSSH takes in authorized_keys.
// It looks at the key's form only; it cannot know whose it is.
#pragma once

#include <optional>
#include <string>

namespace cratectl {

/// What was expected instead, or nothing when the line is a key: type, base64, and an optional comment.
[[nodiscard]] std::optional<std::string> wrongSshKey(const std::string& line);

} // namespace cratectl
