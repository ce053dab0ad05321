// A pipe or a file cannot answer.
#include "hal/terminal.hpp"

#include <unistd.h>

namespace hal {

bool inputIsTerminal() { return ::isatty(STDIN_FILENO) == 1; }

} // namespace hal
