// Whether this process is interactive.
// It prints nothing and reads nothing.
#pragma once

namespace hal {

/// Whether a user can answer a question: standard input is a terminal.
[[nodiscard]] bool inputIsTerminal();

} // namespace hal
