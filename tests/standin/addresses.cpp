// See addresses.hpp. Reads the interface list each time; nothing here is cached.
#include "tests/standin/addresses.hpp"

#include <algorithm>
#include <arpa/inet.h>
#include <cstring>
#include <ifaddrs.h>
#include <memory>
#include <net/if.h>

namespace standin {

namespace {

struct Interface {
    std::string name;
    Address address;
};

std::optional<Address> fromSockaddr(const sockaddr* raw) {
    if (raw == nullptr || (raw->sa_family != AF_INET && raw->sa_family != AF_INET6)) {
        return std::nullopt;
    }
    Address address;
    char text[INET6_ADDRSTRLEN] = {};
    if (raw->sa_family == AF_INET) {
        std::memcpy(&address.storage, raw, sizeof(sockaddr_in));
        const auto* v4 = reinterpret_cast<const sockaddr_in*>(raw);
        inet_ntop(AF_INET, &v4->sin_addr, text, sizeof(text));
    } else {
        std::memcpy(&address.storage, raw, sizeof(sockaddr_in6));
        const auto* v6 = reinterpret_cast<const sockaddr_in6*>(raw);
        inet_ntop(AF_INET6, &v6->sin6_addr, text, sizeof(text));
    }
    address.text = text;
    return address;
}

std::vector<Interface> interfaces() {
    std::vector<Interface> found;
    ifaddrs* first = nullptr;
    if (getifaddrs(&first) != 0) {
        return found;
    }
    const std::unique_ptr<ifaddrs, decltype(&freeifaddrs)> guard(first, &freeifaddrs);
    for (const ifaddrs* entry = first; entry != nullptr; entry = entry->ifa_next) {
        if ((entry->ifa_flags & IFF_UP) == 0) {
            continue;
        }
        if (auto address = fromSockaddr(entry->ifa_addr)) {
            found.push_back({entry->ifa_name, *address});
        }
    }
    return found;
}

bool isLinkLocal(const Address& address) {
    if (address.isV6()) {
        const auto* v6 = reinterpret_cast<const sockaddr_in6*>(&address.storage);
        return IN6_IS_ADDR_LINKLOCAL(&v6->sin6_addr);
    }
    return address.text.starts_with("169.254.");
}

// RFC 1918 for v4, the deprecated fec0::/10 for v6: what Java calls a site-local address. 100.64/10 is not one.
bool isSiteLocal(const Address& address) {
    if (address.isV6()) {
        const auto* v6 = reinterpret_cast<const sockaddr_in6*>(&address.storage);
        return IN6_IS_ADDR_SITELOCAL(&v6->sin6_addr);
    }
    const std::uint32_t v4 = ntohl(reinterpret_cast<const sockaddr_in*>(&address.storage)->sin_addr.s_addr);
    return (v4 >> 24) == 10 || (v4 >> 20) == 0xac1 || (v4 >> 16) == 0xc0a8;
}

std::vector<Address> select(bool (*wanted)(const Address&)) {
    std::vector<Address> chosen;
    for (const Interface& interface : interfaces()) {
        if (wanted(interface.address)) {
            chosen.push_back(interface.address);
        }
    }
    return chosen;
}

std::vector<Address> ofInterface(std::string_view name) {
    std::vector<Address> chosen;
    for (const Interface& interface : interfaces()) {
        if (interface.name == name && !(interface.address.isV6() && isLinkLocal(interface.address))) {
            chosen.push_back(interface.address);
        }
    }
    return chosen;
}

// Addresses only: a static program has no name service, so host names are refused rather than half resolved.
std::vector<Address> byAddress(const std::string& text) {
    sockaddr_in v4{};
    v4.sin_family = AF_INET;
    if (inet_pton(AF_INET, text.c_str(), &v4.sin_addr) == 1) {
        return {*fromSockaddr(reinterpret_cast<const sockaddr*>(&v4))};
    }
    sockaddr_in6 v6{};
    v6.sin6_family = AF_INET6;
    if (inet_pton(AF_INET6, text.c_str(), &v6.sin6_addr) == 1) {
        return {*fromSockaddr(reinterpret_cast<const sockaddr*>(&v6))};
    }
    return {};
}

Result<std::vector<Address>> resolveWord(const std::string& word) {
    std::vector<Address> chosen;
    std::string kind = "address for [" + word + "]";
    if (word == "_local_") {
        chosen = select([](const Address& a) { return a.isLoopback(); });
        kind = "loopback addresses";
    } else if (word == "_site_") {
        chosen = select([](const Address& a) { return isSiteLocal(a); });
        kind = "site-local (private) addresses";
    } else if (word == "_global_") {
        chosen =
            select([](const Address& a) { return !a.isLoopback() && !isSiteLocal(a) && !isLinkLocal(a); });
        kind = "global-scope (public) addresses";
    } else if (word.size() > 2 && word.starts_with('_') && word.ends_with('_')) {
        chosen = ofInterface(std::string_view(word).substr(1, word.size() - 2));
        kind = "addresses of interface " + word;
    } else {
        chosen = byAddress(word);
    }
    if (chosen.empty()) {
        return fail("No up-and-running " + kind + " found");
    }
    return chosen;
}

Result<std::vector<Address>> resolveWords(const std::vector<std::string>& words) {
    std::vector<Address> all;
    for (const std::string& word : words) {
        Result<std::vector<Address>> some = resolveWord(word);
        if (!some) {
            return some;
        }
        for (const Address& address : *some) {
            const auto same = [&address](const Address& other) { return other.text == address.text; };
            if (std::ranges::none_of(all, same)) {
                all.push_back(address);
            }
        }
    }
    return all;
}

// The least is published, as CrateDB sorts: version 4 before 6, public before private before link-local before
// loopback, and among equals the smaller bytes. So of a bridge 172.17.0.1 and a card 192.168.1.5 the bridge wins.
std::pair<int, std::string> publishOrder(const Address& address) {
    const int key = (address.isV6() ? 16 : 4) + (address.isWildcard() ? 5 : 0) +
                    (address.isLoopback() ? 3 : 0) + (isLinkLocal(address) ? 2 : 0) +
                    (isSiteLocal(address) ? 1 : 0);
    const auto* v4 = reinterpret_cast<const sockaddr_in*>(&address.storage);
    const auto* v6 = reinterpret_cast<const sockaddr_in6*>(&address.storage);
    return {key, address.isV6()
                     ? std::string(reinterpret_cast<const char*>(&v6->sin6_addr), sizeof(v6->sin6_addr))
                     : std::string(reinterpret_cast<const char*>(&v4->sin_addr), sizeof(v4->sin_addr))};
}

std::vector<std::string> firstOf(const Settings& settings, std::initializer_list<std::string> names) {
    for (const std::string& name : names) {
        if (settings.exists(name)) {
            return settings.list(name);
        }
    }
    return {"_local_"};
}

} // namespace

bool Address::isLoopback() const { return text.starts_with("127.") || text == "::1"; }

bool Address::isWildcard() const { return text == "0.0.0.0" || text == "::"; }

socklen_t Address::length() const { return isV6() ? sizeof(sockaddr_in6) : sizeof(sockaddr_in); }

void Address::setPort(int port) {
    const in_port_t wire = htons(static_cast<std::uint16_t>(port));
    if (isV6()) {
        reinterpret_cast<sockaddr_in6*>(&storage)->sin6_port = wire;
    } else {
        reinterpret_cast<sockaddr_in*>(&storage)->sin_port = wire;
    }
}

std::string Address::withPort(int port) const {
    return (isV6() ? "[" + text + "]" : text) + ":" + std::to_string(port);
}

bool Binding::reachesBeyondLoopback() const {
    return !published.isLoopback() ||
           !std::ranges::all_of(bound, [](const Address& address) { return address.isLoopback(); });
}

Result<Binding> resolveBinding(const Settings& settings, const std::string& protocol) {
    Result<std::vector<Address>> bound = resolveWords(firstOf(
        settings, {protocol + ".bind_host", protocol + ".host", "network.bind_host", "network.host"}));
    if (!bound) {
        return std::unexpected(bound.error());
    }
    Result<std::vector<Address>> published = resolveWords(firstOf(
        settings, {protocol + ".publish_host", protocol + ".host", "network.publish_host", "network.host"}));
    if (!published) {
        return std::unexpected(published.error());
    }
    std::vector<Address> candidates = *published;
    if (std::ranges::any_of(candidates, &Address::isWildcard)) {
        candidates.clear();
        for (const Interface& interface : interfaces()) {
            candidates.push_back(interface.address);
        }
    }
    const auto best = std::ranges::min_element(candidates, {}, publishOrder);
    if (best == candidates.end()) {
        return fail("No up-and-running address found to publish");
    }
    return Binding{*bound, *best};
}

} // namespace standin
