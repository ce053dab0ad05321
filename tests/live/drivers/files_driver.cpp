// A process with nothing in it but hal/base/files, for tests/live/test_files_*.py.
// One JSON command a line on standard input, {"do": read|write|list, "path": PATH, ...}, one JSON
// answer a line on standard output. "write" takes content and mode, "read" a limit, "list" a suffix.
#include "hal/base/files.hpp"
#include "hal/base/read_file.hpp"

#include <iostream>
#include <nlohmann/json.hpp>
#include <string>

namespace {

using Json = nlohmann::json;

Json describe(const hal::Error& error) {
    return {{"error", error.text()}, {"terminal", error.recovery() == hal::Recovery::terminal}};
}

Json answer(const hal::Status& status) { return status ? Json{{"done", true}} : describe(status.error()); }

Json obey(const Json& command) {
    const auto verb = command.at("do").get<std::string>();
    const auto path = command.at("path").get<std::string>();
    if (verb == "write") {
        return answer(
            hal::writeFile(path, command.at("content").get<std::string>(), command.value("mode", 0644U)));
    }
    if (verb == "list") {
        const auto names = hal::listDirectory(path, command.value("suffix", ""));
        return names ? Json{{"names", *names}} : describe(names.error());
    }
    const auto content = hal::readFile(path, command.value("limit", size_t{1} << 20U));
    if (!content) {
        return describe(content.error());
    }
    return {{"content", *content ? Json(**content) : Json()}};
}

} // namespace

int main() {
    std::string line;
    while (std::getline(std::cin, line)) {
        std::cout << obey(Json::parse(line)).dump() << std::endl;
    }
    return 0;
}
