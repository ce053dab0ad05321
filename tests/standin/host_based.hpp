// Host-based authentication: which rule of auth.host_based.config is for a client, and whether the client passes it.
// Pure over the settings, the client's words and the users; addresses are text. The rules are those of CrateDB's
// source: keys in the order of text ("10" before "2"), _local_ is 127.0.0.1 and ::1 and nothing else.
#pragma once

#include "tests/standin/settings.hpp"

#include <cstdint>

namespace standin {

inline constexpr const char* kSuperuser = "crate";

struct Client {
    std::string user;
    std::optional<std::string> password;    // of basic authentication
    std::string address;                    // as text, without port
    std::optional<std::string> realAddress; // of the header X-Real-Ip
};

// Whether there is such a user, and its password if it has one.
struct KnownUser {
    std::optional<std::string> password;
};
using Users = std::function<std::optional<KnownUser>(const std::string& name)>;

class HostBased {
public:
    // Refuses a word for "ssl" that CrateDB cannot read.
    [[nodiscard]] static Result<HostBased> from(const Settings& settings);

    enum class Verdict { allowed, refused, broken };
    struct Judgement {
        Verdict verdict = Verdict::refused;
        std::string reason; // the body of the 401, or why the connection is closed without an answer
    };

    [[nodiscard]] Judgement judge(const Client& given, const std::string& protocol, const Users& users) const;

    [[nodiscard]] const std::string& defaultUser() const { return defaultUser_; }

private:
    struct Rule {
        std::optional<std::string> user, address, protocol;
        std::string method = "trust";
        bool needsTls = false;
    };
    enum class Match { yes, no, broken };
    [[nodiscard]] static Match matches(const Rule& rule, const Client& client, const std::string& protocol);

    bool enabled_ = false;
    bool trustsRealAddress_ = false;
    std::string defaultUser_ = kSuperuser;
    std::vector<Rule> rules_;
};

// The number CrateDB compares: the last eight bytes of the address; empty for what is no address.
[[nodiscard]] std::optional<std::int64_t> addressNumber(const std::string& text);

} // namespace standin
