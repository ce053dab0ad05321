// A pipe or a file cannot answer.
#include "hal/base/terminal.hpp"

#include <unistd.h>

namespace hal {

bool inputIsTerminal() { return ::isatty(STDIN_FILENO) == 1; }

} // namespace hal
