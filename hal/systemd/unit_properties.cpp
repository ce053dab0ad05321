// Reads a{sv} by a table of property names. Properties that are unknown or have another type are skipped: a newer
// systemd may add or change what we do not use.
#include "hal/systemd/unit_properties.hpp"

#include <algorithm>
#include <array>
#include <string_view>
#include <sys/wait.h>

namespace hal {
namespace {

/// systemd's numbers, before they are combined.
struct Numbers {
    int32_t exitKind = 0; ///< CLD_EXITED, CLD_KILLED, CLD_DUMPED; 0 while the main process runs or never ran
    int32_t exitStatus = 0;
    uint64_t stateChange = 0; ///< CLOCK_MONOTONIC in us; 0 = never
};

struct Target {
    Unit& unit;
    Numbers& numbers;
};

template <auto member>
int readText(sd_bus_message* message, Target& target) {
    const char* text = nullptr;
    const int result = sd_bus_message_read(message, "s", &text);
    if (result > 0) {
        target.unit.*member = text;
    }
    return result;
}

template <auto member, char type>
int readNumber(sd_bus_message* message, Target& target) {
    return sd_bus_message_read_basic(message, type, &(target.numbers.*member));
}

int readRestarts(sd_bus_message* message, Target& target) {
    return sd_bus_message_read_basic(message, 'u', &target.unit.restarts);
}

struct Property {
    std::string_view name;
    const char* type;
    int (*read)(sd_bus_message*, Target&);
};

constexpr std::array kProperties{
    Property{"Id", "s", readText<&Unit::name>},
    Property{"LoadState", "s", readText<&Unit::loadState>},
    Property{"ActiveState", "s", readText<&Unit::activeState>},
    Property{"SubState", "s", readText<&Unit::subState>},
    Property{"Result", "s", readText<&Unit::result>},
    Property{"StatusText", "s", readText<&Unit::statusText>},
    Property{"ExecMainCode", "i", readNumber<&Numbers::exitKind, 'i'>},
    Property{"ExecMainStatus", "i", readNumber<&Numbers::exitStatus, 'i'>},
    Property{"NRestarts", "u", readRestarts},
    Property{"StateChangeTimestampMonotonic", "t", readNumber<&Numbers::stateChange, 't'>},
};

/// Reads or skips the variant that follows the property's name.
int readVariant(sd_bus_message* message, std::string_view name, Target& target) {
    const auto* known = std::find_if(kProperties.begin(), kProperties.end(),
                                     [name](const Property& property) { return property.name == name; });
    const char* contents = nullptr;
    char type = 0;
    if (const int result = sd_bus_message_peek_type(message, &type, &contents); result < 0) {
        return result;
    }
    if (known == kProperties.end() || contents == nullptr || std::string_view(contents) != known->type) {
        return sd_bus_message_skip(message, "v");
    }
    if (const int result = sd_bus_message_enter_container(message, 'v', contents); result < 0) {
        return result;
    }
    if (const int result = known->read(message, target); result < 0) {
        return result;
    }
    return sd_bus_message_exit_container(message);
}

int readDictionary(sd_bus_message* message, Target& target) {
    int result = sd_bus_message_enter_container(message, 'a', "{sv}");
    while (result >= 0) {
        result = sd_bus_message_enter_container(message, 'e', "sv");
        if (result <= 0) {
            return result; // 0 is the end of the array
        }
        const char* name = nullptr;
        result = sd_bus_message_read(message, "s", &name);
        if (result > 0) {
            result = readVariant(message, name, target);
        }
        if (result >= 0) {
            result = sd_bus_message_exit_container(message);
        }
    }
    return result;
}

std::optional<TimePoint> toBootTime(uint64_t monotonic, Duration monotonicToBoot) {
    if (monotonic == 0) {
        return std::nullopt;
    }
    return TimePoint(Duration(static_cast<Duration::rep>(monotonic)) + monotonicToBoot);
}

} // namespace

Result<Unit> readUnitProperties(sd_bus_message* message, Duration monotonicToBoot) {
    Unit unit;
    Numbers numbers;
    Target target{.unit = unit, .numbers = numbers};
    if (const int result = readDictionary(message, target); result < 0) {
        return failure(
            Error::fromErrno(-result, "system bus: systemd described a unit in an unknown format"));
    }
    if (numbers.exitKind == CLD_EXITED) {
        unit.exitCode = numbers.exitStatus;
    } else if (numbers.exitKind == CLD_KILLED || numbers.exitKind == CLD_DUMPED) {
        unit.exitSignal = numbers.exitStatus;
    }
    unit.stateSince = toBootTime(numbers.stateChange, monotonicToBoot);
    return unit;
}

} // namespace hal
