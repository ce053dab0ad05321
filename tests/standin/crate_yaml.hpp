// crate.yml text to settings: the part of YAML that configuration files use.
// Understands `key: value` with dotted or nested keys, quoted strings, [a, b] and "- a" lists, comments and ${ENV}.
// Everything else (flow maps, anchors, block text, tabs) is refused with its line, never guessed.
#pragma once

#include "tests/standin/settings.hpp"

namespace standin {

// Adds what `text` sets to `settings`. A key given twice, a tab in the indentation and a value that is not closed
// are failures that name the line.
[[nodiscard]] Result<void> readCrateYaml(std::string_view text, const Environment& environment,
                                         Settings& settings);

} // namespace standin
