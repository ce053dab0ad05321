// One function for each value. Text comes from firmware, labels and links, so it may hold any bytes: invalid UTF-8 is
// replaced, because JSON must be UTF-8.
#include "agent/hardware/inventory_json.hpp"

#include <concepts>
#include <nlohmann/json.hpp>

namespace agent {
namespace {

using Json = nlohmann::ordered_json;

/// The library's own replacement of invalid UTF-8, where the bytes come in rather than at each dump.
Json text(const std::string& value) {
    using Parser = nlohmann::json; // the agent has this parser anyway; that of Json would add 25 kB
    constexpr int kNoIndent = -1;
    return Parser::parse(Parser(value).dump(kNoIndent, ' ', false, Parser::error_handler_t::replace))
        .get<std::string>();
}

Json optional(const std::optional<std::string>& value) { return value ? text(*value) : Json(); }

template <class T>
    requires std::integral<T>
Json optional(const std::optional<T>& value) {
    return value ? Json(*value) : Json();
}

template <class T, class Call>
Json list(const std::vector<T>& values, Call call) {
    Json result = Json::array();
    for (const T& value : values) {
        result.push_back(call(value));
    }
    return result;
}

Json hostJson(const hal::Host& host) {
    return {{"machine_id", optional(host.machineId)},
            {"boot_id", optional(host.bootId)},
            {"hostname", optional(host.hostname)},
            {"vendor", optional(host.vendor)},
            {"product", optional(host.product)},
            {"serial", optional(host.serial)},
            {"bios_version", optional(host.biosVersion)},
            {"bios_date", optional(host.biosDate)},
            {"cpu_model", optional(host.cpuModel)},
            {"cores", optional(host.cores)},
            {"threads", optional(host.threads)},
            {"memory_bytes", optional(host.memoryBytes)},
            {"kernel", optional(host.kernel)},
            {"os", optional(host.os)},
            {"architecture", optional(host.architecture)}};
}

const char* scopeText(hal::AddressScope scope) {
    switch (scope) {
    case hal::AddressScope::global: return "global";
    case hal::AddressScope::site: return "site";
    case hal::AddressScope::link: return "link";
    case hal::AddressScope::host: return "host";
    }
    return "unknown";
}

Json addressJson(const hal::Address& address) {
    return {{"family", address.family == hal::AddressFamily::ipv4 ? "ipv4" : "ipv6"},
            {"address", text(address.text)},
            {"prefix_length", address.prefixLength},
            {"scope", scopeText(address.scope)},
            {"temporary", address.temporary},
            {"usable", address.usable}};
}

Json upperJson(const UpperInterface& upper) {
    return {{"name", text(upper.name)},
            {"kind", text(upper.kind)},
            {"addresses", list(upper.addresses, addressJson)},
            {"default_route", upper.carriesDefaultRoute}};
}

Json nicJson(const PhysicalNic& physical) {
    const hal::Nic& nic = physical.nic;
    return {{"name", text(nic.name)},
            {"mac", optional(nic.mac)},
            {"permanent_mac", optional(nic.permanentMac)},
            {"driver", optional(nic.driver)},
            {"firmware", optional(nic.firmware)},
            {"pci_id", optional(nic.pciId)},
            {"bus_info", optional(nic.busInfo)},
            {"speed_mbps", optional(nic.speedMbps)},
            {"duplex", optional(nic.duplex)},
            {"up", nic.adminUp},
            {"carrier", optional(nic.carrier)},
            {"carrier_changes", optional(nic.carrierChanges)},
            {"carrier_up_count", optional(nic.carrierUpCount)},
            {"carrier_down_count", optional(nic.carrierDownCount)},
            {"mtu_bytes", nic.mtu},
            {"addresses", list(nic.addresses, addressJson)},
            {"above", list(physical.above, upperJson)},
            {"default_route", physical.carriesDefaultRoute}};
}

Json contentJson(const hal::Content& content) {
    return {{"name", text(content.name)},
            {"size_bytes", content.sizeBytes},
            {"partition_label", optional(content.partitionLabel)},
            {"filesystem", optional(content.filesystem)},
            {"label", optional(content.label)},
            {"uuid", optional(content.uuid)},
            {"used_by", list(content.usedBy, text)},
            {"mount_points", list(content.mountPoints, text)}};
}

Json diskJson(const hal::Disk& disk) {
    return {{"name", text(disk.name)},
            {"by_id", list(disk.byId, text)},
            {"model", optional(disk.model)},
            {"serial", optional(disk.serial)},
            {"firmware", optional(disk.firmware)},
            {"transport", optional(disk.transport)},
            {"size_bytes", optional(disk.sizeBytes)},
            {"logical_sector_bytes", optional(disk.logicalSectorBytes)},
            {"physical_sector_bytes", optional(disk.physicalSectorBytes)},
            {"rotational", optional(disk.rotational)},
            {"removable", optional(disk.removable)},
            {"read_only", optional(disk.readOnly)},
            {"contents", list(disk.contents, contentJson)}};
}

Json errorsJson(const std::optional<hal::DeviceErrors>& errors) {
    if (!errors) {
        return {};
    }
    return {{"write", errors->write},
            {"read", errors->read},
            {"flush", errors->flush},
            {"corruption", errors->corruption},
            {"generation", errors->generation}};
}

Json deviceJson(const hal::VolumeDevice& device) {
    return {{"id", device.id},
            {"path", optional(device.path)},
            {"size_bytes", optional(device.sizeBytes)},
            {"allocated_bytes", optional(device.allocatedBytes)},
            {"missing", device.missing},
            {"errors", errorsJson(device.errors)}};
}

Json volumeJson(const hal::Volume& volume) {
    return {{"path", text(volume.path)},
            {"mount_point", optional(volume.mountPoint)},
            {"filesystem", optional(volume.filesystem)},
            {"btrfs", volume.isBtrfs},
            {"uuid", optional(volume.uuid)},
            {"label", optional(volume.label)},
            {"read_only", optional(volume.readOnly)},
            {"size_bytes", optional(volume.sizeBytes)},
            {"used_bytes", optional(volume.usedBytes)},
            {"effective_free_bytes", optional(volume.effectiveFreeBytes)},
            {"unallocated_bytes", optional(volume.unallocatedBytes)},
            {"metadata_headroom_bytes", optional(volume.metadataHeadroomBytes)},
            {"global_reserve_bytes", optional(volume.globalReserveBytes)},
            {"profiles",
             {{"data", optional(volume.dataProfile)},
              {"metadata", optional(volume.metadataProfile)},
              {"system", optional(volume.systemProfile)}}},
            {"device_count", optional(volume.deviceCount)},
            {"missing_devices", optional(volume.missingDevices)},
            {"devices", list(volume.devices, deviceJson)},
            {"is_subvolume", optional(volume.isSubvolume)},
            {"subvolume_id", optional(volume.subvolumeId)}};
}

} // namespace

nlohmann::ordered_json toJson(const Inventory& inventory) {
    return {{"host", hostJson(inventory.host)},
            {"announced_interface", optional(inventory.announcedNic)},
            {"announced_address", optional(inventory.announcedAddress)},
            {"nics", list(inventory.nics, nicJson)},
            {"disks", list(inventory.disks, diskJson)},
            {"volume", inventory.volume ? volumeJson(*inventory.volume) : Json()},
            {"problems", list(inventory.problems, [](const hal::Problem& problem) {
                 return Json{{"source", text(problem.source)}, {"reason", text(problem.reason)}};
             })}};
}

} // namespace agent
