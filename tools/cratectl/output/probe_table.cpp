// Collects the rows first and aligns them when the block is complete. Control characters from firmware and labels
// never reach the terminal.
#include "tools/cratectl/output/probe_table.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace cratectl {
namespace {

using Row = std::vector<std::string>;

constexpr const char* kUnknown = "-";

std::string shown(const std::optional<std::string>& text) {
    std::string result = text && !text->empty() ? *text : kUnknown;
    std::ranges::replace_if(
        result, [](char c) { return static_cast<unsigned char>(c) < ' ' || c == '\x7f'; }, '?');
    return result;
}

template <class T>
std::string shownNumber(const std::optional<T>& number) {
    return number ? std::to_string(*number) : kUnknown;
}

std::string shownBytes(const std::optional<uint64_t>& bytes) { return bytes ? humanBytes(*bytes) : kUnknown; }

std::string shownTruth(const std::optional<bool>& value, const char* yes, const char* no) {
    return value ? (*value ? yes : no) : kUnknown;
}

std::string joined(const std::vector<std::string>& parts, const char* between) {
    std::string result;
    for (const std::string& part : parts) {
        result += (result.empty() ? "" : between) + shown(part);
    }
    return result;
}

/// The number of characters on the screen: bytes that do not continue a UTF-8 sequence.
size_t width(const std::string& text) {
    return static_cast<size_t>(
        std::ranges::count_if(text, [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; }));
}

/// Rows with aligned columns; a row of one cell is a remark across all columns.
std::string aligned(const std::vector<Row>& rows) {
    std::vector<size_t> widths;
    for (const Row& row : rows) {
        widths.resize(std::max(widths.size(), row.size()));
        for (size_t i = 0; row.size() > 1 && i < row.size(); ++i) {
            widths[i] = std::max(widths[i], width(row[i]));
        }
    }
    std::string result;
    for (const Row& row : rows) {
        std::string line = "  ";
        for (size_t i = 0; i < row.size(); ++i) {
            line += row[i];
            if (i + 1 < row.size()) {
                line.append(widths[i] - width(row[i]) + 2, ' ');
            }
        }
        line.erase(line.find_last_not_of(' ') + 1);
        result += line + "\n";
    }
    return result;
}

std::string hostBlock(const hal::Host& host) {
    const std::vector<Row> rows = {
        {"name", shown(host.hostname)},
        {"machine id", shown(host.machineId)},
        {"machine", shown(host.vendor) + " " + shown(host.product) + ", serial " + shown(host.serial)},
        {"BIOS", shown(host.biosVersion) + " of " + shown(host.biosDate)},
        {"processor", shown(host.cpuModel) + ", " + shownNumber(host.cores) + " cores, " +
                          shownNumber(host.threads) + " threads"},
        {"memory", shownBytes(host.memoryBytes)},
        {"system", shown(host.os) + ", kernel " + shown(host.kernel) + ", " + shown(host.architecture)},
    };
    return "HOST\n" + aligned(rows);
}

std::string addressesText(const std::vector<hal::Address>& addresses) {
    std::vector<std::string> parts;
    parts.reserve(addresses.size());
    for (const hal::Address& address : addresses) {
        parts.push_back(address.text + "/" + std::to_string(address.prefixLength) +
                        (address.usable ? "" : " (unusable)"));
    }
    return parts.empty() ? "no address" : joined(parts, ", ");
}

std::string carrierText(const hal::Nic& nic) {
    return shownTruth(nic.carrier, "yes", "NO") + " (" + shownNumber(nic.carrierUpCount) + " up, " +
           shownNumber(nic.carrierDownCount) + " down)";
}

std::string speedText(const hal::Nic& nic) {
    return nic.speedMbps ? std::to_string(*nic.speedMbps) + " Mb/s " + shown(nic.duplex) : kUnknown;
}

std::string networkBlock(const agent::Inventory& inventory) {
    std::string result = "NETWORK  announced: " + shown(inventory.announcedAddress);
    result += inventory.announcedNic ? " on " + shown(inventory.announcedNic) + "\n" : "\n";
    if (inventory.nics.empty()) {
        return result + "  no physical interface\n";
    }
    std::vector<Row> rows = {
        {"NAME", "MAC", "PERMANENT MAC", "DRIVER", "FIRMWARE", "PCI ID", "SPEED", "CARRIER", "MTU"}};
    for (const agent::PhysicalNic& physical : inventory.nics) {
        const hal::Nic& nic = physical.nic;
        rows.push_back({shown(nic.name), shown(nic.mac), shown(nic.permanentMac), shown(nic.driver),
                        shown(nic.firmware), shown(nic.pciId), speedText(nic), carrierText(nic),
                        std::to_string(nic.mtu)});
        rows.push_back({"  " + addressesText(nic.addresses) +
                        (physical.carriesDefaultRoute && physical.above.empty() ? ", default route" : "")});
        for (const agent::UpperInterface& upper : physical.above) {
            rows.push_back({"  under " + shown(upper.name) + " (" + shown(upper.kind) +
                            "): " + addressesText(upper.addresses) +
                            (upper.carriesDefaultRoute ? ", default route" : "")});
        }
    }
    return result + aligned(rows);
}

std::string contentText(const hal::Content& content) {
    std::string line =
        "  " + shown(content.name) + ": " + humanBytes(content.sizeBytes) + ", " +
        (content.filesystem ? (content.filesystem->empty() ? "no file system" : shown(content.filesystem))
                            : "file system unknown");
    if (content.label && !content.label->empty()) {
        line += " \"" + shown(content.label) + "\"";
    }
    if (!content.usedBy.empty()) {
        line += ", used by " + joined(content.usedBy, ", ");
    }
    return line +
           (content.mountPoints.empty() ? ", not mounted" : ", on " + joined(content.mountPoints, ", "));
}

std::string diskKind(const hal::Disk& disk) {
    std::string kind = shownTruth(disk.rotational, "rotating", "solid state");
    kind += disk.removable.value_or(false) ? ", removable" : "";
    kind += disk.readOnly.value_or(false) ? ", READ-ONLY" : "";
    return kind;
}

std::string disksBlock(const std::vector<hal::Disk>& disks) {
    if (disks.empty()) {
        return "DISKS\n  none\n";
    }
    std::vector<Row> rows = {{"NAME", "MODEL", "SERIAL", "FIRMWARE", "BUS", "SIZE", "SECTORS", "KIND"}};
    for (const hal::Disk& disk : disks) {
        rows.push_back({shown(disk.name), shown(disk.model), shown(disk.serial), shown(disk.firmware),
                        shown(disk.transport), shownBytes(disk.sizeBytes),
                        shownNumber(disk.logicalSectorBytes) + "/" + shownNumber(disk.physicalSectorBytes),
                        diskKind(disk)});
        for (const std::string& path : disk.byId) {
            rows.push_back({"  " + shown(path)});
        }
        for (const hal::Content& content : disk.contents) {
            rows.push_back({contentText(content)});
        }
    }
    return "DISKS\n" + aligned(rows);
}

std::string deviceText(const hal::VolumeDevice& device) {
    std::string line =
        "  device " + std::to_string(device.id) + ": " + (device.missing ? "MISSING" : shown(device.path)) +
        ", " + shownBytes(device.allocatedBytes) + " of " + shownBytes(device.sizeBytes) + " allocated, ";
    if (!device.errors) {
        return line + "errors unknown";
    }
    const std::array<std::pair<const char*, uint64_t>, 5> counters = {
        {{"write", device.errors->write},
         {"read", device.errors->read},
         {"flush", device.errors->flush},
         {"corruption", device.errors->corruption},
         {"generation", device.errors->generation}}};
    std::string errors;
    for (const auto& [name, count] : counters) {
        if (count != 0) {
            errors += (errors.empty() ? "ERRORS: " : ", ") + std::to_string(count) + " " + name;
        }
    }
    return line + (errors.empty() ? "no errors" : errors);
}

std::string subvolumeText(const hal::Volume& volume) {
    if (!volume.isSubvolume) {
        return {};
    }
    return *volume.isSubvolume ? ", a subvolume" : ", not a subvolume of its own";
}

std::string volumeBlock(const std::optional<hal::Volume>& volume) {
    if (!volume) {
        return "DATA VOLUME\n  unknown\n";
    }
    std::vector<Row> rows = {
        {"directory", shown(volume->path) + ", on " + shown(volume->mountPoint) + subvolumeText(*volume)},
        {"file system",
         shown(volume->filesystem) + shownTruth(volume->readOnly, ", READ-ONLY", ", writable")},
        {"space", shownBytes(volume->effectiveFreeBytes) + " effectively free, " +
                      shownBytes(volume->usedBytes) + " used of " + shownBytes(volume->sizeBytes)}};
    if (volume->isBtrfs) {
        rows.push_back({"", shownBytes(volume->unallocatedBytes) + " unallocated, room for " +
                                shownBytes(volume->metadataHeadroomBytes) + " of metadata"});
        rows.push_back({"profiles", "data " + shown(volume->dataProfile) + ", metadata " +
                                        shown(volume->metadataProfile) + ", system " +
                                        shown(volume->systemProfile)});
        rows.push_back({"identity", shown(volume->uuid) + ", label " + shown(volume->label)});
        rows.push_back({"devices", shownNumber(volume->deviceCount) + ", " +
                                       shownNumber(volume->missingDevices) + " missing"});
        for (const hal::VolumeDevice& device : volume->devices) {
            rows.push_back({deviceText(device)});
        }
    }
    return "DATA VOLUME\n" + aligned(rows);
}

std::string problemsBlock(const hal::Problems& problems) {
    if (problems.empty()) {
        return {};
    }
    std::vector<Row> rows;
    rows.reserve(problems.size());
    for (const hal::Problem& problem : problems) {
        rows.push_back({shown(problem.source), shown(problem.reason)});
    }
    return "\nPROBLEMS\n" + aligned(rows);
}

} // namespace

std::string humanBytes(uint64_t bytes) {
    constexpr std::array<const char*, 7> kUnits = {"B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"};
    constexpr uint64_t kStep = 1024;
    size_t unit = 0;
    uint64_t divisor = 1;
    while (unit + 1 < kUnits.size() && bytes / divisor >= kStep) {
        divisor *= kStep;
        ++unit;
    }
    const uint64_t whole = bytes / divisor;
    const uint64_t tenths = bytes % divisor * 10 / divisor; // below 10 * 2^60, which fits
    const bool fraction = whole < 100 && tenths != 0 && unit != 0;
    return std::to_string(whole) + (fraction ? "." + std::to_string(tenths) : "") + " " + kUnits[unit];
}

std::string probeTable(const agent::Inventory& inventory) {
    return hostBlock(inventory.host) + "\n" + networkBlock(inventory) + "\n" + disksBlock(inventory.disks) +
           "\n" + volumeBlock(inventory.volume) + problemsBlock(inventory.problems);
}

} // namespace cratectl
