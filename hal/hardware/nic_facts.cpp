// /sys/class/net/<name>/device leads to the device. For virtio the PCI function is one level above it; a USB adapter
// is also below a PCI function, but that is the USB controller's, so only PCI and virtio devices have an id here.
#include "hal/hardware/nic_facts.hpp"

#include "hal/hardware/system_files.hpp"

namespace hal {
namespace {

/// "0x8086" without its prefix.
std::optional<std::string> hexadecimal(const std::string& path) {
    const auto text = readAttribute(path);
    const bool valid = text && text->size() == 6 && text->starts_with("0x") &&
                       text->find_first_not_of("0123456789abcdef", 2) == std::string::npos;
    return valid ? std::optional(text->substr(2)) : std::nullopt;
}

void readPciId(NicFacts& facts, const std::string& device) {
    const std::string bus = linkName(device + "/subsystem").value_or("an unknown bus");
    const std::string pci = bus == "virtio" ? device + "/.." : device;
    if (bus != "pci" && (bus != "virtio" || linkName(pci + "/subsystem") != "pci")) {
        facts.pciProblem = "the device is on " + bus + ", not on PCI";
        return;
    }
    const auto vendor = hexadecimal(pci + "/vendor");
    const auto product = hexadecimal(pci + "/device");
    if (vendor && product) {
        facts.pciId = *vendor + ":" + *product;
    } else {
        facts.pciProblem = "expected hexadecimal numbers in the files vendor and device below " + pci;
    }
}

} // namespace

NicFacts readNicFacts(const std::string& root, const std::string& name) {
    NicFacts facts;
    const std::string link = root + "/sys/class/net/" + name;
    facts.index = readNumber(link + "/ifindex");
    const auto device = realPath(link + "/device");
    if (!device) {
        return facts;
    }
    facts.physical = true;
    facts.asleep = readAttribute(*device + "/power/runtime_status") == "suspended";
    facts.driver = linkName(*device + "/driver");
    facts.busInfo = device->substr(device->rfind('/') + 1);
    readPciId(facts, *device);
    return facts;
}

} // namespace hal
