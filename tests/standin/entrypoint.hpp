// The image's entry script as the program itself, because an image FROM scratch has no shell.
// Prepends `crate` to options, and for `crate` as root gives /data to uid 1000 and becomes that user through
// chroot(2), which needs CAP_SYS_CHROOT exactly as the official image does.
#pragma once

#include "tests/standin/failure.hpp"

#include <vector>

namespace standin {

// `words` without the program's name. Returns the command to go on with, its first word being the program.
[[nodiscard]] Result<std::vector<std::string>> enterImage(std::vector<std::string> words);

} // namespace standin
