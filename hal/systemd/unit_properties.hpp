// Turns the properties of one systemd unit, as org.freedesktop.DBus.Properties.GetAll returns them, into a Unit.
// Private to hal (it names sd-bus types). It makes no calls.
#pragma once

#include "hal/base/handles.hpp"
#include "hal/systemd/units.hpp"

namespace hal {

/// `monotonicToBoot` is how far CLOCK_BOOTTIME is ahead of CLOCK_MONOTONIC, which systemd uses: the time spent
/// suspended. Fails, retryably, if the message is not a dictionary of variants.
[[nodiscard]] Result<Unit> readUnitProperties(sd_bus_message* message, Duration monotonicToBoot);

} // namespace hal
