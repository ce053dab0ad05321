// JSON by nlohmann without its exceptions: a field of a wrong type makes the answer malformed, a missing one is 0.
// etcd.cpp decides what to request and why; etcd_fault.cpp knows what an error means.
#include "hal/etcd/etcd_wire.hpp"

#include "hal/base/json.hpp"
#include "hal/base/text.hpp"

#include <algorithm>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <utility>

namespace hal {
namespace {

using Json = nlohmann::json;

constexpr size_t kQuotedBytes = 80; // of a foreign answer, in an error message

std::string dumped(const Json& json) { return json.dump(-1, ' ', false, Json::error_handler_t::replace); }

/// The printable beginning of an answer that is not etcd's, so that an operator can recognise its sender.
std::string quoted(std::string_view body) {
    std::string text(body.substr(0, kQuotedBytes));
    std::ranges::replace_if(text, [](char letter) { return letter < ' ' || letter > '~'; }, '.');
    return body.empty() ? "an empty answer" : "\"" + text + (body.size() > kQuotedBytes ? "...\"" : "\"");
}

Error malformed(const std::string& expected, std::string_view body) {
    return {EtcdFault::malformed, "expected " + expected + ", got " + quoted(body) +
                                      ": set etcd's client URL (usually port 2379) as endpoint"};
}

/// Reads fields of one JSON object. It remembers the first field of a wrong type; the caller checks once at the end.
class Fields {
public:
    Fields(const Json& object, std::string& wrong) : object_(object), wrong_(wrong) {}

    template <class Number>
    [[nodiscard]] Number number(const char* name) {
        const auto* value = find(name);
        if (value == nullptr) {
            return 0;
        }
        // protobuf's JSON writes 64-bit numbers as strings; plain numbers are accepted, too.
        const auto digits = value->is_string() ? value->get<std::string>() : dumped(*value);
        const auto number = parseNumber<Number>(digits);
        if (!number) {
            wrong_ = wrong_.empty() ? name : wrong_;
        }
        return number.value_or(0);
    }

    [[nodiscard]] std::string text(const char* name) {
        const auto* value = find(name);
        if (value == nullptr) {
            return {};
        }
        if (!value->is_string()) {
            wrong_ = wrong_.empty() ? name : wrong_;
            return {};
        }
        return value->get<std::string>();
    }

    [[nodiscard]] std::string bytes(const char* name) {
        auto decoded = base64Decode(text(name));
        if (!decoded) {
            wrong_ = wrong_.empty() ? name : wrong_;
        }
        return std::move(decoded).value_or("");
    }

    [[nodiscard]] bool flag(const char* name) {
        const auto* value = find(name);
        if (value != nullptr && !value->is_boolean()) {
            wrong_ = wrong_.empty() ? name : wrong_;
        }
        return value != nullptr && value->is_boolean() && value->get<bool>();
    }

    /// Null, which has neither fields nor elements, represents a missing object or array.
    [[nodiscard]] const Json& child(const char* name, Json::value_t type) {
        static const Json kNothing;
        const auto* value = find(name);
        if (value != nullptr && value->type() == type) {
            return *value;
        }
        if (value != nullptr) {
            wrong_ = wrong_.empty() ? name : wrong_;
        }
        return kNothing;
    }

    [[nodiscard]] const Json* find(const char* name) const {
        if (!object_.is_object()) {
            wrong_ = wrong_.empty() && !object_.is_null() ? name : wrong_;
            return nullptr;
        }
        const auto found = object_.find(name);
        return found == object_.end() || found->is_null() ? nullptr : &*found;
    }

private:
    const Json& object_;
    std::string& wrong_;
};

Header readHeader(Fields& fields, std::string& wrong) {
    Fields header(fields.child("header", Json::value_t::object), wrong);
    return {.revision = header.number<Revision>("revision")};
}

KeyValue readKeyValue(const Json& object, std::string& wrong) {
    Fields fields(object, wrong);
    const auto lease = fields.number<LeaseId>("lease");
    return {.key = fields.bytes("key"),
            .value = fields.bytes("value"),
            .createRevision = fields.number<Revision>("create_revision"),
            .modRevision = fields.number<Revision>("mod_revision"),
            .version = fields.number<int64_t>("version"),
            .lease = lease == 0 ? std::nullopt : std::optional(lease)};
}

RangeReply readRange(Fields& fields, std::string& wrong) {
    RangeReply reply;
    for (const auto& keyValue : fields.child("kvs", Json::value_t::array)) {
        reply.keyValues.push_back(readKeyValue(keyValue, wrong));
    }
    return reply;
}

/// Parses `body` and hands its object to `read`, which returns the value and names a wrong field.
template <class Read>
auto decode(std::string_view body, const std::string& expected, Read read)
    -> Result<decltype(read(std::declval<Fields&>(), std::declval<std::string&>()))> {
    const auto json = parseJson(body);
    if (!json.is_object()) {
        return failure(malformed(expected, body));
    }
    std::string wrong;
    Fields fields(json, wrong);
    auto value = read(fields, wrong);
    if (!wrong.empty()) {
        return failure(malformed(expected + " with a valid field \"" + wrong + "\"", body));
    }
    return value;
}

Json encodeKey(const std::string& key, bool prefix) {
    // etcd has no empty key; the range of everything begins at "\0".
    const std::string first = key.empty() && prefix ? std::string(1, '\0') : key;
    Json json = {{"key", base64Encode(first)}};
    if (prefix) {
        json["range_end"] = base64Encode(prefixEnd(key));
    }
    return json;
}

Json encodeOperation(const Operation& operation) {
    if (const auto* range = std::get_if<RangeRequest>(&operation)) {
        return {{"request_range", encodeKey(range->key, range->prefix)}};
    }
    if (const auto* deletion = std::get_if<DeleteRequest>(&operation)) {
        return {{"request_delete_range", encodeKey(deletion->key, false)}};
    }
    const auto& put = std::get<PutRequest>(operation);
    Json json = {{"key", base64Encode(put.key)}, {"value", base64Encode(put.value)}};
    if (put.lease) {
        json["lease"] = std::to_string(*put.lease);
    }
    return {{"request_put", std::move(json)}};
}

Json encodeOperations(const std::vector<Operation>& operations) {
    Json list = Json::array();
    for (const auto& operation : operations) {
        list.push_back(encodeOperation(operation));
    }
    return list;
}

struct TargetNames {
    const char* target;
    const char* operand;
};

TargetNames namesOf(Compare::Target target) {
    switch (target) {
    case Compare::Target::createRevision: return {"CREATE", "create_revision"};
    case Compare::Target::modRevision: return {"MOD", "mod_revision"};
    }
    std::unreachable();
}

const char* nameOf(Compare::Relation relation) {
    switch (relation) {
    case Compare::Relation::equal: return "EQUAL";
    case Compare::Relation::less: return "LESS";
    }
    std::unreachable();
}

Json encodeCompare(const Compare& compare) {
    const auto [target, operand] = namesOf(compare.target);
    auto json = encodeKey(compare.key, compare.prefix);
    json["target"] = target;
    json["result"] = nameOf(compare.relation);
    json[operand] = std::to_string(compare.operand);
    return json;
}

EtcdRequest post(std::string path, const Json& body) {
    return {.path = std::move(path), .body = dumped(body)};
}

} // namespace

std::string prefixEnd(std::string prefix) {
    while (prefix.ends_with('\xff')) {
        prefix.pop_back();
    }
    if (prefix.empty()) {
        return {'\0'}; // etcd's mark for "to the last key"
    }
    prefix.back() = static_cast<char>(static_cast<unsigned char>(prefix.back()) + 1U);
    return prefix;
}

EtcdRequest encodeGrant(std::chrono::seconds ttl) {
    auto encoded = post("/v3/lease/grant", {{"TTL", std::to_string(ttl.count())}});
    encoded.repeatable = false; // each grant makes another lease
    return encoded;
}

EtcdRequest encodeKeepAlive(LeaseId lease) {
    return post("/v3/lease/keepalive", {{"ID", std::to_string(lease)}});
}

EtcdRequest encodeRevoke(LeaseId lease) { return post("/v3/lease/revoke", {{"ID", std::to_string(lease)}}); }

EtcdRequest encodeTransaction(const Transaction& transaction) {
    Json compares = Json::array();
    for (const auto& compare : transaction.when) {
        compares.push_back(encodeCompare(compare));
    }
    auto encoded = post("/v3/kv/txn", {{"compare", std::move(compares)},
                                       {"success", encodeOperations(transaction.then)},
                                       {"failure", encodeOperations(transaction.otherwise)}});
    const auto isRead = [](const Operation& each) { return std::holds_alternative<RangeRequest>(each); };
    encoded.repeatable =
        std::ranges::all_of(transaction.then, isRead) && std::ranges::all_of(transaction.otherwise, isRead);
    return encoded;
}

EtcdRequest encodeAuthenticate(const std::string& user, const std::string& password) {
    return post("/v3/auth/authenticate", {{"name", user}, {"password", password}});
}

std::optional<Error> etcdError(int httpStatus, std::string_view body) {
    // Keepalives are the bulk of all calls: their answers need not be parsed twice.
    if (httpStatus == 200 && !body.contains(R"("error")") && !body.contains(R"("code")")) {
        return std::nullopt;
    }
    const auto json = parseJson(body);
    if (!json.is_object()) {
        if (httpStatus == 404) {
            return Error(EtcdFault::gatewayOff, "etcd's JSON gateway is switched off: set "
                                                "`enable-grpc-gateway: true` in etcd's configuration "
                                                "file (HTTP 404, " +
                                                    quoted(body) + ")");
        }
        if (body.contains("CommonName of client")) {
            return etcdFaultError(static_cast<int>(EtcdFault::invalidArgument),
                                  "CommonName of client is set");
        }
        return httpStatus == 200
                   ? std::nullopt
                   : std::optional(malformed("JSON from etcd's gateway",
                                             "HTTP " + std::to_string(httpStatus) + " " + std::string(body)));
    }
    // v1 unary: {"error":"text","message":"text","code":5}; v2 unary: {"code":5,"message":"text"};
    // streams: {"error":{"grpc_code":14 or "code":14,"message":"text"}}.
    std::string wrong;
    Fields top(json, wrong);
    const auto* nested = top.find("error");
    const bool isStream = nested != nullptr && nested->is_object();
    Fields error(isStream ? *nested : json, wrong);
    const auto code = error.number<int>(error.find("grpc_code") != nullptr ? "grpc_code" : "code");
    if (httpStatus == 200 && nested == nullptr && code == 0) {
        return std::nullopt;
    }
    if (code == 0) {
        return malformed("an error with a code from etcd's gateway",
                         "HTTP " + std::to_string(httpStatus) + " " + std::string(body));
    }
    return etcdFaultError(code, error.text("message"));
}

Result<Lease> decodeGrant(std::string_view body) {
    return decode(body, "a granted lease", [](Fields& fields, std::string& wrong) {
        const Lease lease{.id = fields.number<LeaseId>("ID"),
                          .ttl = std::chrono::seconds(fields.number<int64_t>("TTL"))};
        wrong = wrong.empty() && (lease.id == 0 || lease.ttl.count() <= 0) ? "ID" : wrong;
        return lease;
    });
}

Result<std::optional<Lease>> decodeKeepAlive(std::string_view body) {
    const auto line = body.substr(0, body.find('\n')); // a stream of one message
    return decode(line, "a kept lease", [](Fields& fields, std::string& wrong) -> std::optional<Lease> {
        if (fields.find("result") == nullptr) {
            wrong = "result";
            return std::nullopt;
        }
        Fields result(fields.child("result", Json::value_t::object), wrong);
        const Lease lease{.id = result.number<LeaseId>("ID"),
                          .ttl = std::chrono::seconds(result.number<int64_t>("TTL"))};
        return lease.ttl.count() > 0 ? std::optional(lease) : std::nullopt;
    });
}

Result<Header> decodeRevoke(std::string_view body) { return decode(body, "a header", readHeader); }

Result<TransactionReply> decodeTransaction(std::string_view body) {
    return decode(body, "the answer to a transaction", [](Fields& fields, std::string& wrong) {
        TransactionReply reply{
            .header = readHeader(fields, wrong), .succeeded = fields.flag("succeeded"), .ranges = {}};
        for (const auto& response : fields.child("responses", Json::value_t::array)) {
            if (const auto* object = Fields(response, wrong).find("response_range")) {
                Fields range(*object, wrong);
                reply.ranges.push_back(readRange(range, wrong));
            }
        }
        return reply;
    });
}

Result<std::string> decodeAuthenticate(std::string_view body) {
    return decode(body, "a token", [](Fields& fields, std::string& wrong) {
        auto token = fields.text("token");
        wrong = wrong.empty() && token.empty() ? "token" : wrong;
        return token;
    });
}

} // namespace hal
