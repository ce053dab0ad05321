// Each line is one JSON object; only three of its members matter to a receiver that reads again anyway.
#include "hal/etcd/etcd_watch.hpp"

#include "hal/base/json.hpp"
#include "hal/base/text.hpp"
#include "hal/etcd/etcd_wire.hpp"

#include <nlohmann/json.hpp>
#include <utility>

namespace hal {
namespace {

using nlohmann::json;

constexpr size_t kMaxLineBytes = 64 * 1024;
constexpr int kUnavailable = 14; // gRPC's code for "try another member"

Error streamError(const json& error) {
    int code = kUnavailable;
    for (const char* const name : {"grpc_code", "code"}) {
        if (const auto field = error.find(name); field != error.end() && field->is_number_integer()) {
            code = field->get<int>();
        }
    }
    const auto message = error.find("message");
    return etcdFaultError(code, message != error.end() && message->is_string() ? message->get<std::string>()
                                                                               : "the watch ended");
}

std::string textOf(const json& object, const char* name) {
    const auto field = object.find(name);
    return field != object.end() && field->is_string() ? field->get<std::string>() : std::string{};
}

} // namespace

EtcdRequest encodeWatch(const std::vector<std::string>& prefixes) {
    std::string body;
    for (const auto& prefix : prefixes) {
        body += json{{"create_request",
                      {{"key", base64Encode(prefix)}, {"range_end", base64Encode(prefixEnd(prefix))}}}}
                    .dump();
    }
    return {.path = "/v3/watch", .body = std::move(body), .repeatable = true};
}

WatchNews WatchLines::take(std::string_view bytes) {
    WatchNews news;
    while (!bytes.empty()) {
        const auto end = bytes.find('\n');
        const auto piece = bytes.substr(0, end);
        if (line_.size() + piece.size() > kMaxLineBytes) {
            tooLong_ = true;
            line_.clear();
        } else if (!tooLong_) {
            line_ += piece;
        }
        if (end == std::string_view::npos) {
            break;
        }
        takeLine(news);
        bytes.remove_prefix(end + 1);
    }
    return news;
}

WatchNews WatchLines::finish() {
    WatchNews news;
    if (!line_.empty()) {
        takeLine(news);
    }
    return news;
}

void WatchLines::takeLine(WatchNews& news) {
    const std::string line = std::exchange(line_, {});
    if (std::exchange(tooLong_, false)) {
        news.changed = true;
        return;
    }
    if (line.empty() || news.ended) {
        return;
    }
    const json object = parseJson(line);
    if (!object.is_object()) {
        news.ended = Error(EtcdFault::malformed, "the watch sent something that is not a JSON object");
        return;
    }
    if (const auto error = object.find("error"); error != object.end()) {
        news.ended = streamError(error->is_object() ? *error : object);
        return;
    }
    const auto result = object.find("result");
    if (result == object.end() || !result->is_object()) {
        news.ended = streamError(object);
        return;
    }
    // A compaction cancels without a reason: there is only a revision.
    if (const auto canceled = result->find("canceled"); canceled != result->end() && *canceled == true) {
        const std::string reason = textOf(*result, "cancel_reason");
        news.ended =
            etcdFaultError(kUnavailable, "the watch was canceled: " +
                                             (reason.empty() ? "its revision was compacted" : reason));
        return;
    }
    if (const auto created = result->find("created"); created != result->end() && *created == true) {
        ++news.created;
    }
    news.changed = news.changed || result->contains("events");
}

} // namespace hal
