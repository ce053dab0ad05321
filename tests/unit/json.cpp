// The one instantiation of nlohmann::json that prefix.hpp promises to all unit tests. Owns nothing else.
#include <nlohmann/json.hpp>

template class nlohmann::basic_json<>;
