// Whether a person sits in front of us, and who it is.
// It owns the questions about the standing of this process; it prints nothing and reads nothing.
#pragma once

namespace hal {

/// Whether somebody can answer a question: standard input is a terminal.
[[nodiscard]] bool inputIsTerminal();

} // namespace hal
