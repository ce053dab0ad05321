// See host_based.hpp.
#include "tests/standin/host_based.hpp"

#include <algorithm>
#include <arpa/inet.h>
#include <array>
#include <cctype>
#include <charconv>

namespace standin {

namespace {

constexpr std::string_view kPrefix = "auth.host_based.config.";
constexpr std::int64_t kLoopback4 = 0x7f000001;
constexpr std::int64_t kLoopback6 = 1;

std::optional<std::int64_t> bigEndian(const unsigned char* bytes, std::size_t count) {
    std::uint64_t number = 0;
    for (std::size_t i = 0; i < count; ++i) {
        number = number << 8 | bytes[i];
    }
    return static_cast<std::int64_t>(number);
}

struct Range {
    std::int64_t first;
    std::int64_t end;
};

// CrateDB's CIDR notation is of version 4 only; everything else it cannot read, also "::/0".
std::optional<Range> parseCidr(const std::string& text) {
    const std::size_t slash = text.find('/');
    std::array<unsigned char, 4> bytes{};
    int bits = -1;
    const char* last = text.data() + text.size();
    const auto [end, error] = std::from_chars(text.data() + slash + 1, last, bits);
    if (error != std::errc() || end != last || bits < 0 || bits > 32 ||
        inet_pton(AF_INET, text.substr(0, slash).c_str(), bytes.data()) != 1) {
        return std::nullopt;
    }
    const std::int64_t size = std::int64_t{1} << (32 - bits);
    const std::int64_t first = *bigEndian(bytes.data(), bytes.size()) & ~(size - 1);
    return Range{first, first + size};
}

// CrateDB ignores a proxy's word when it speaks of the machine itself.
bool isOwn(const std::string& address) {
    return address.starts_with("127.") || address == "::1" || address == "0.0.0.0" || address == "::" ||
           address.starts_with("169.254.") || address.starts_with("fe80:");
}

} // namespace

std::optional<std::int64_t> addressNumber(const std::string& text) {
    std::array<unsigned char, 16> bytes{};
    if (inet_pton(AF_INET, text.c_str(), bytes.data()) == 1) {
        return bigEndian(bytes.data(), 4);
    }
    if (inet_pton(AF_INET6, text.c_str(), bytes.data()) != 1) {
        return std::nullopt;
    }
    const bool isMapped =
        std::all_of(bytes.begin(), bytes.begin() + 10, [](unsigned char b) { return b == 0; }) &&
        bytes[10] == 0xff && bytes[11] == 0xff;
    return isMapped ? bigEndian(bytes.data() + 12, 4) : bigEndian(bytes.data() + 8, 8);
}

Result<HostBased> HostBased::from(const Settings& settings) {
    HostBased made;
    made.enabled_ = settings.flag("auth.host_based.enabled", false);
    made.trustsRealAddress_ = settings.flag("auth.trust.http_support_x_real_ip", false);
    made.defaultUser_ = settings.text("auth.trust.http_default_user", kSuperuser);
    std::map<std::string, Rule> rules;
    for (const auto& [name, value] : settings.all()) {
        if (!name.starts_with(kPrefix)) {
            continue;
        }
        const std::string rest = name.substr(kPrefix.size());
        const std::size_t dot = rest.find('.');
        Rule& rule = rules[rest.substr(0, dot)];
        const std::string part = dot == std::string::npos ? "" : rest.substr(dot + 1);
        std::string text = value.text();
        if (part == "user") {
            rule.user = text;
        } else if (part == "address") {
            rule.address = text;
        } else if (part == "protocol") {
            rule.protocol = text;
        } else if (part == "method") {
            rule.method = text;
        } else if (part == "ssl") {
            std::ranges::transform(text, text.begin(),
                                   [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
            rule.needsTls = text == "on" || text == "true";
            if (!rule.needsTls && text != "off" && text != "false" && text != "optional") {
                return fail(text + " is not a valid HBA SSL setting");
            }
        }
    }
    for (auto& [key, rule] : rules) {
        made.rules_.push_back(std::move(rule));
    }
    return made;
}

// No connection of the stand-in has TLS, so "ssl: on" matches none.
HostBased::Match HostBased::matches(const Rule& rule, const Client& client, const std::string& protocol) {
    if ((rule.user && *rule.user != client.user) || (rule.protocol && *rule.protocol != protocol) ||
        rule.needsTls) {
        return Match::no;
    }
    if (!rule.address) {
        return Match::yes;
    }
    const std::optional<std::int64_t> number = addressNumber(client.address);
    if (*rule.address == "_local_") {
        return number == kLoopback4 || number == kLoopback6 ? Match::yes : Match::no;
    }
    if (rule.address->contains('/')) {
        const std::optional<Range> range = parseCidr(*rule.address);
        if (!range) {
            return Match::broken;
        }
        return number && range->first <= *number && *number < range->end ? Match::yes : Match::no;
    }
    // CrateDB resolves host names; the stand-in does not, and an unresolvable name matches no client.
    return number && addressNumber(*rule.address) == number ? Match::yes : Match::no;
}

HostBased::Judgement HostBased::judge(const Client& given, const std::string& protocol,
                                      const Users& users) const {
    Client client = given;
    if (trustsRealAddress_ && client.realAddress && !isOwn(*client.realAddress)) {
        client.address = *client.realAddress;
    }
    std::string method = enabled_ ? "" : "trust";
    for (const Rule& rule : enabled_ ? rules_ : std::vector<Rule>{}) {
        const Match match = matches(rule, client, protocol);
        if (match == Match::broken) {
            return {Verdict::broken, "invalid IPv4/CIDR [" + *rule.address + "] in auth.host_based.config"};
        }
        if (match == Match::yes) {
            method = rule.method;
            break;
        }
    }
    const std::string ofUser = " authentication failed for user \"" + client.user + "\"";
    const std::optional<KnownUser> user = users(client.user);
    if (method == "trust") {
        return {user ? Verdict::allowed : Verdict::refused, "trust" + ofUser};
    }
    if (method == "password") {
        const bool fits = user && user->password && client.password && !client.password->empty() &&
                          *client.password == *user->password;
        return {fits ? Verdict::allowed : Verdict::refused, "password" + ofUser};
    }
    if (method == "cert") {
        return {Verdict::refused, "Client certificate" + ofUser};
    }
    return {Verdict::refused, "No valid auth.host_based.config entry found for host \"" + client.address +
                                  "\", user \"" + client.user + "\", protocol \"" + protocol +
                                  "\". Did you enable TLS in your client?"};
}

} // namespace standin
