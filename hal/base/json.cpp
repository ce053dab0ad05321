// One pass over the bytes counts brackets and commas outside of strings, before the parser allocates anything.
#include "hal/base/json.hpp"

#include <nlohmann/json.hpp>

namespace hal {
namespace {

template <class Json>
Json parse(std::string_view text) {
    return isBoundedJson(text) ? Json::parse(text, nullptr, false) : Json(Json::value_t::discarded);
}

} // namespace

bool isBoundedJson(std::string_view text) {
    size_t depth = 0;
    size_t values = 0;
    bool inString = false;
    for (size_t at = 0; at < text.size(); ++at) {
        const char c = text[at];
        if (inString) {
            at += c == '\\' ? 1 : 0;
            inString = c != '"';
        } else if (c == '"') {
            inString = true;
        } else if (c == '[' || c == '{') {
            ++values;
            if (++depth > kMaxJsonDepth) {
                return false;
            }
        } else if (c == ']' || c == '}') {
            depth -= depth > 0 ? 1 : 0;
        } else if (c == ',') {
            ++values;
        }
        if (values > kMaxJsonValues) {
            return false;
        }
    }
    return true;
}

nlohmann::json parseJson(std::string_view text) { return parse<nlohmann::json>(text); }

nlohmann::ordered_json parseOrderedJson(std::string_view text) { return parse<nlohmann::ordered_json>(text); }

} // namespace hal
