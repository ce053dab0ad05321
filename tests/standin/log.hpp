// Lines on standard output in the shape of CrateDB's console log:
// [2026-11-22T12:00:00,123][INFO ][o.e.n.Node               ] [node] message
// Owns the node's name for the prefix; never buffers beyond a line, so a kill loses nothing already said.
#pragma once

#include <string_view>

namespace standin {

void setLogNode(std::string_view nodeName);
void logInfo(std::string_view logger, std::string_view message);
void logWarn(std::string_view logger, std::string_view message);
void logError(std::string_view logger, std::string_view message);

} // namespace standin
