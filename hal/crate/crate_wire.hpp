// What CrateDB answers on its HTTP port, as values: GET / and one statement on /_sql. Pure, no connection.
// It owns the wording of a refusal. It never decides whether a node is ready.
#pragma once

#include "hal/crate/crate.hpp"

#include <string>
#include <vector>

namespace hal {

/// The body of the POST to /_sql whose answer crateAnswer() understands. Any node answers it without asking another.
[[nodiscard]] std::string crateQuestion();

/// Joins the answers of GET / and of the question, each of which may be missing. A 503 of GET / still tells name and
/// version; what neither tells stays empty.
[[nodiscard]] CrateAnswer crateAnswer(const Result<HttpResponse>& root, const Result<HttpResponse>& sql);

/// The body of the POST to /_sql that asks for the names of the cluster's nodes.
[[nodiscard]] std::string nodesQuestion();

/// The names of nodesQuestion()'s answer; a refusal of the database in its own words.
[[nodiscard]] Result<std::vector<std::string>> nodesAnswer(const HttpResponse& response);

} // namespace hal
