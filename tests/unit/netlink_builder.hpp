// Builds netlink messages the way the kernel does, for links this build machine does not have, and malformed ones.
// Lengths can be falsified after the fact; nothing is checked.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <linux/if_addr.h>
#include <linux/if_link.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <string_view>
#include <vector>

namespace netlink {

using Bytes = std::vector<std::byte>;

template <class T>
Bytes raw(const T& value) {
    Bytes result(sizeof(T));
    std::memcpy(result.data(), &value, sizeof(T));
    return result;
}

/// With the NUL the kernel sends.
inline Bytes string(std::string_view text) {
    Bytes result(text.size() + 1);
    std::memcpy(result.data(), text.data(), text.size());
    return result;
}

inline void append(Bytes& to, const Bytes& more) {
    to.insert(to.end(), more.begin(), more.end());
    to.resize((to.size() + 3) / 4 * 4);
}

inline Bytes attribute(uint16_t type, const Bytes& payload) {
    Bytes result =
        raw(nlattr{.nla_len = static_cast<uint16_t>(sizeof(nlattr) + payload.size()), .nla_type = type});
    append(result, payload);
    return result;
}

/// Several byte strings, each padded to four bytes.
inline Bytes joined(std::initializer_list<Bytes> parts) {
    Bytes result;
    for (const Bytes& part : parts) {
        append(result, part);
    }
    return result;
}

inline Bytes message(uint16_t type, const Bytes& body, uint32_t sequence = 7, uint16_t flags = NLM_F_MULTI) {
    nlmsghdr header{};
    header.nlmsg_len = static_cast<uint32_t>(sizeof(header) + body.size());
    header.nlmsg_type = type;
    header.nlmsg_flags = flags;
    header.nlmsg_seq = sequence;
    return joined({raw(header), body});
}

inline Bytes done() { return message(NLMSG_DONE, raw(int32_t{0})); }

inline Bytes link(int index, unsigned flags, const Bytes& attributes) {
    ifinfomsg header{};
    header.ifi_index = index;
    header.ifi_flags = flags;
    return message(RTM_NEWLINK, joined({raw(header), attributes}));
}

inline Bytes kind(std::string_view name) {
    return attribute(IFLA_LINKINFO, attribute(IFLA_INFO_KIND, string(name)));
}

} // namespace netlink
