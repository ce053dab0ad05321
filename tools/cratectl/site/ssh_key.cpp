// sshd skips an invalid key silently, and then the machine allows no login; so the site file rejects such a key.
#include "tools/cratectl/site/ssh_key.hpp"

#include "hal/base/text.hpp"

#include <algorithm>
#include <array>
#include <string_view>

namespace cratectl {
namespace {

// ssh-dss is omitted: OpenSSH 10, which Debian 13 has, no longer supports it.
constexpr std::array<std::string_view, 7> kTypes{"ssh-ed25519",
                                                 "ecdsa-sha2-nistp256",
                                                 "ecdsa-sha2-nistp384",
                                                 "ecdsa-sha2-nistp521",
                                                 "ssh-rsa",
                                                 "sk-ssh-ed25519@openssh.com",
                                                 "sk-ecdsa-sha2-nistp256@openssh.com"};

/// RFC 4253: the key begins with its own type, as a string with four bytes of length.
bool carriesType(std::string_view bytes, std::string_view type) {
    if (bytes.size() <= 4 + type.size() || bytes.substr(4, type.size()) != type) {
        return false;
    }
    return bytes.substr(0, 4) == std::string(3, '\0') + static_cast<char>(type.size());
}

} // namespace

std::optional<std::string> wrongSshKey(const std::string& line) {
    if (line.find("PRIVATE KEY") != std::string::npos) {
        return "expected a public key; this looks like a private one, which must not be here";
    }
    if (!std::ranges::all_of(line, [](char c) { return c >= ' ' && c <= '~'; })) {
        return "expected plain ASCII characters; shorten the comment after the key";
    }
    const auto blank = line.find(' ');
    const std::string type = line.substr(0, blank);
    if (std::ranges::find(kTypes, type) == kTypes.end()) {
        std::string known;
        for (const auto each : kTypes) {
            known += (known.empty() ? "" : ", ") + std::string(each);
        }
        return "expected a public key that begins with one of " + known + ", found \"" + type.substr(0, 40) +
               "\"";
    }
    const std::string rest = blank == std::string::npos ? "" : line.substr(blank + 1);
    const auto bytes = hal::base64Decode(rest.substr(0, rest.find(' ')));
    if (!bytes || !carriesType(*bytes, type)) {
        return "expected the whole line of a file like id_ed25519.pub; what follows " + type +
               " is not a key of this type, or is incomplete";
    }
    return std::nullopt;
}

} // namespace cratectl
