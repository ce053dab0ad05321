// Line-wise parsing without allocation beyond the result. Formats: cgroup v2 in the kernel's documentation
// and proc(5).
#include "hal/crate/process_facts.hpp"

#include "hal/base/text.hpp"

namespace hal {
namespace {

/// The text after "NAME:" and its tabs; empty when the line has another name.
std::optional<std::string_view> valueOf(std::string_view line, std::string_view name) {
    if (!line.starts_with(name) || line.substr(name.size(), 1) != ":") {
        return std::nullopt;
    }
    line.remove_prefix(name.size() + 1);
    const auto start = line.find_first_not_of("\t ");
    return start == std::string_view::npos ? std::string_view() : line.substr(start);
}

} // namespace

std::vector<int> parseCgroupProcesses(std::string_view text) {
    std::vector<int> processes;
    while (!text.empty()) {
        const auto number = parseNumber<int>(takeLine(text));
        if (number && *number > 0) {
            processes.push_back(*number);
        }
    }
    return processes;
}

std::optional<ProcessPlace> parseProcessStatus(std::string_view text) {
    std::optional<ProcessPlace> place;
    while (!text.empty()) {
        const std::string_view line = takeLine(text);
        if (const auto parent = valueOf(line, "PPid")) {
            const auto number = parseNumber<int>(*parent);
            if (!number) {
                return std::nullopt;
            }
            place = ProcessPlace{.parent = *number};
        } else if (const auto numbers = valueOf(line, "NSpid"); numbers && place) {
            // One number for each namespace from ours inwards: "NSpid:\t4711\t1".
            const auto last = numbers->find_last_of("\t ");
            place->firstOfNamespace = last != std::string_view::npos && numbers->substr(last + 1) == "1";
        }
    }
    return place;
}

} // namespace hal
