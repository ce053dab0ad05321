// Docker reports each layer by its short id: "Downloading" with bytes, then "Download complete", then "Extracting".
#include "tools/cratectl/output/pull_progress.hpp"

#include "hal/base/json.hpp"

#include <nlohmann/json.hpp>

namespace cratectl {
namespace {

using nlohmann::json;

constexpr size_t kMaxLineBytes = 64 * 1024;

std::string textOf(const json& object, const char* name) {
    const auto field = object.find(name);
    return field != object.end() && field->is_string() ? field->get<std::string>() : std::string{};
}

uint64_t numberOf(const json& object, const char* name) {
    const auto field = object.find(name);
    return field != object.end() && field->is_number_unsigned() ? field->get<uint64_t>() : 0;
}

} // namespace

void PullProgress::take(std::string_view bytes) {
    rest_ += bytes;
    for (auto end = rest_.find('\n'); end != std::string::npos; end = rest_.find('\n')) {
        takeLine(rest_.substr(0, end));
        rest_.erase(0, end + 1);
    }
    if (rest_.size() > kMaxLineBytes) {
        error_ = "Docker's progress output has no line breaks; is the socket really Docker's?";
        rest_.clear();
    }
}

void PullProgress::takeLine(const std::string& line) {
    const json object = hal::parseJson(line);
    if (!object.is_object()) {
        return; // blank lines and keep-alives
    }
    if (auto message = textOf(object, "error"); !message.empty()) {
        error_ = std::move(message);
        return;
    }
    const std::string id = textOf(object, "id");
    const std::string status = textOf(object, "status");
    if (id.empty()) {
        return;
    }
    if (status == "Downloading") {
        auto& layer = layers_[id];
        if (const auto detail = object.find("progressDetail");
            detail != object.end() && detail->is_object()) {
            layer.current = numberOf(*detail, "current");
            layer.total = numberOf(*detail, "total");
        }
    } else if (status == "Download complete" || status == "Pull complete" || status == "Extracting") {
        auto& layer = layers_[id];
        layer.current = layer.total;
    }
}

std::optional<int> PullProgress::percent() const {
    uint64_t current = 0;
    uint64_t total = 0;
    for (const auto& [id, layer] : layers_) {
        current += std::min(layer.current, layer.total);
        total += layer.total;
    }
    if (total == 0) {
        return std::nullopt;
    }
    return static_cast<int>(current * 100 / total);
}

std::string PullProgress::words() const {
    const auto done = percent();
    if (!done) {
        return "waiting for the image: asking the registry";
    }
    if (*done == 100) {
        return "waiting for the image: unpacking";
    }
    return "waiting for the image: " + std::to_string(*done) + " %";
}

} // namespace cratectl
