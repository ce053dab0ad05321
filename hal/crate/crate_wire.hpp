// CrateDB's answers on its HTTP port, as values: GET / and one statement on /_sql. Pure, no connection.
// It owns the wording of a failure. It never decides whether a node is ready.
#pragma once

#include "hal/crate/crate.hpp"

#include <string>
#include <vector>

namespace hal {

/// The body of the POST to /_sql whose answer crateAnswer() parses. A node answers it without contacting another one.
[[nodiscard]] std::string crateQuestion();

/// Combines the answers to GET / and to the question, each of which may be missing. A 503 of GET / still contains name
/// and version; values in neither answer stay empty.
[[nodiscard]] CrateAnswer crateAnswer(const Result<HttpResponse>& root, const Result<HttpResponse>& sql);

/// The body of the POST to /_sql that asks for the names of the cluster's nodes.
[[nodiscard]] std::string nodesQuestion();

/// The names in the answer to nodesQuestion(); an error contains the database's own message.
[[nodiscard]] Result<std::vector<std::string>> nodesAnswer(const HttpResponse& response);

} // namespace hal
