// The attribute walk. An attribute shorter than its header would cause an endless loop, one longer than the rest a
// read beyond the end: both end the walk.
#include "hal/hardware/netlink_bytes.hpp"

#include <algorithm>
#include <linux/netlink.h>

namespace hal {

size_t netlinkAligned(size_t length) {
    constexpr size_t kAlignment = 4; // NLMSG_ALIGNTO, RTA_ALIGNTO and RTNH_ALIGNTO are the same
    return (length + kAlignment - 1) / kAlignment * kAlignment;
}

std::string readNetlinkString(std::span<const std::byte> bytes) {
    std::string text(bytes.size(), '\0');
    std::ranges::transform(bytes, text.begin(), [](std::byte b) { return static_cast<char>(b); });
    text.resize(std::min(text.find('\0'), text.size()));
    return text;
}

std::optional<std::vector<NetlinkAttribute>> readNetlinkAttributes(std::span<const std::byte> bytes) {
    std::vector<NetlinkAttribute> attributes;
    while (!bytes.empty()) {
        const auto header = readStruct<nlattr>(bytes);
        if (!header || header->nla_len < sizeof(nlattr) || header->nla_len > bytes.size()) {
            return std::nullopt;
        }
        attributes.push_back({.type = static_cast<uint16_t>(header->nla_type & NLA_TYPE_MASK),
                              .payload = bytes.subspan(sizeof(nlattr), header->nla_len - sizeof(nlattr))});
        bytes = bytes.subspan(std::min(netlinkAligned(header->nla_len), bytes.size()));
    }
    return attributes;
}

} // namespace hal
