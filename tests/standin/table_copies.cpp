// See table_copies.hpp.
#include "tests/standin/table_copies.hpp"

#include "tests/standin/cluster_change.hpp"

#include <algorithm>
#include <utility>

namespace standin {

namespace {

using namespace std::chrono_literals;
using nlohmann::json;

// Shorter than the patience of the clients, who are to hear why; CrateDB itself waits for a minute.
constexpr auto kPatience = 3s;
constexpr auto kRepeatCopy = 200ms;
constexpr std::size_t kMostRowsAtOnce = 10000;
constexpr std::size_t kMostWrites = 1024;

} // namespace

std::uint64_t TableCopies::submit(json request, Clock::time_point now) {
    ++lastTicket_;
    std::string id = cluster_.local().id + "/" + incarnation_ + "/" + std::to_string(lastTicket_);
    requests_[lastTicket_] = {std::move(request), "", now + kPatience, std::nullopt, std::move(id)};
    return lastTicket_;
}

bool TableCopies::isDone(std::uint64_t ticket) const {
    const auto found = requests_.find(ticket);
    return found == requests_.end() || found->second.outcome.has_value();
}

std::optional<json> TableCopies::take(std::uint64_t ticket) {
    const auto found = requests_.find(ticket);
    if (found == requests_.end() || !found->second.outcome) {
        return std::nullopt;
    }
    return std::exchange(requests_.extract(found).mapped().outcome, std::nullopt);
}

bool TableCopies::isBusy() const {
    const TableRouting& table = cluster_.table();
    return !requests_.empty() || !writes_.empty() ||
           (isPrimary() && !std::ranges::all_of(table.replicas, &Copy::inSync));
}

const NodeInfo* TableCopies::liveNode(const std::string& id) const {
    return cluster_.hasMaster() ? findNode(cluster_.shared().nodes, id) : nullptr;
}

bool TableCopies::isPrimary() const {
    const TableRouting& table = cluster_.table();
    return cluster_.hasMaster() && table.primaryActive && table.primary == cluster_.local().id;
}

void TableCopies::say(const std::string& address, const char* kind, json body) {
    messages_.push_back({address, cluster_.letter(kind, std::move(body))});
}

Result<TableCopies::Messages> TableCopies::tick(Clock::time_point now) {
    if (auto prepared = prepareStore(); !prepared) {
        return std::unexpected(prepared.error());
    }
    for (auto& [ticket, request] : requests_) {
        if (!request.outcome) {
            ask(ticket, request, now);
        }
    }
    sendCopies(now);
    answerWrites();
    return std::exchange(messages_, {});
}

// A new table has an empty file on its primary; a table that has rows is never recreated.
Result<void> TableCopies::prepareStore() {
    const TableRouting& table = cluster_.table();
    if (!isPrimary() || store_.schema()) {
        return {};
    }
    return store_.create({table.type, table.primaryKey, 0});
}

void TableCopies::ask(std::uint64_t ticket, Request& request, Clock::time_point now) {
    if (textOf(request.body, "what") == "change") {
        askMaster(request, now);
        return;
    }
    const TableRouting& table = cluster_.table();
    const NodeInfo* target = table.primaryActive ? liveNode(table.primary) : nullptr;
    const bool wasAsked = !request.askedId.empty();
    if (now >= request.deadline || (wasAsked && (target == nullptr || target->id != request.askedId))) {
        request.outcome =
            json{{"failed", "the primary of [doc.t] does not answer, the statement may or may not "
                            "have been executed"}};
    } else if (target != nullptr && !wasAsked) {
        request.askedId = target->id;
        json body = request.body;
        body["ticket"] = ticket;
        body["to"] = target->id;
        say(target->transportAddress, "ask", std::move(body));
    }
}

// A change is in effect when making it once more would change nothing.
void TableCopies::askMaster(Request& request, Clock::time_point now) {
    const json change = partOf(request.body, "change");
    const NodeInfo* master = liveNode(cluster_.shared().masterId);
    if (cluster_.isRecovered() && applyChange(cluster_.shared(), change) == cluster_.shared()) {
        request.outcome = json{{"results", {1}}};
    } else if (now >= request.deadline) {
        request.outcome =
            json{{"failed", "the master does not answer, the change may or may not have been made"}};
    } else if (master != nullptr) {
        say(master->transportAddress, "change", {{"to", master->id}, {"id", request.id}, {"change", change}});
    }
}

Result<TableCopies::Messages> TableCopies::receive(const json& message, Clock::time_point now) {
    const NodeInfo from = nodeFrom(partOf(message, "from"));
    const std::string kind = textOf(message, "kind");
    Result<void> done;
    if (textOf(message, "to") != cluster_.local().id || !cluster_.hasMaster()) {
        return Messages{};
    }
    if (kind == "ask") {
        done = onAsk(from, message, now);
    } else if (kind == "answer") {
        const auto found = requests_.find(static_cast<std::uint64_t>(numberOf(message, "ticket")));
        if (found != requests_.end() && flagOf(message, "retry")) {
            found->second.askedId.clear(); // it was not executed
        } else if (found != requests_.end() && !found->second.outcome) {
            found->second.outcome = partOf(message, "outcome");
        }
    } else if (kind == "copy") {
        done = onCopy(from, message);
    } else if (kind == "copied") {
        onCopied(message, now);
    }
    if (!done) {
        return std::unexpected(done.error());
    }
    answerWrites();
    return std::exchange(messages_, {});
}

Result<void> TableCopies::onAsk(const NodeInfo& from, const json& message, Clock::time_point now) {
    json answer{{"to", from.id}, {"ticket", partOf(message, "ticket")}};
    if (!isPrimary() || !store_.schema() || writes_.size() >= kMostWrites) {
        answer["retry"] = true;
        say(from.transportAddress, "answer", std::move(answer));
        return {};
    }
    if (textOf(message, "what") == "read") {
        answer["outcome"] = {{"rows", store_.ids()}};
        say(from.transportAddress, "answer", std::move(answer));
        return {};
    }
    Result<json> results = insert(partOf(message, "entries"));
    if (!results) {
        return std::unexpected(results.error());
    }
    answer["outcome"] = {{"results", *results}};
    writes_.push_back({from.transportAddress, std::move(answer), store_.ids().size()});
    for (auto& [allocation, progress] : progress_) {
        progress.next = now;
    }
    sendCopies(now);
    return {};
}

// The number of rows of each entry, or -1 for one with a key that is there already.
Result<json> TableCopies::insert(const json& entries) {
    json results = json::array();
    std::vector<json> accepted;
    std::set<json> fresh;
    for (const json& entry : entries) {
        std::set<json> ids;
        const bool isRepeated =
            store_.schema()->primaryKey && std::ranges::any_of(entry, [&](const json& id) {
                return store_.contains(id) || fresh.contains(id) || !ids.insert(id).second;
            });
        results.push_back(isRepeated ? json(-1) : json(entry.size()));
        if (!isRepeated) {
            accepted.insert(accepted.end(), entry.begin(), entry.end());
            fresh.insert(entry.begin(), entry.end());
        }
    }
    if (auto stored = store_.insert(accepted); !stored) {
        return std::unexpected(stored.error());
    }
    return results;
}

void TableCopies::sendCopies(Clock::time_point now) {
    const TableRouting& table = cluster_.table();
    if (!isPrimary() || !store_.schema()) {
        progress_.clear();
        return;
    }
    std::erase_if(progress_, [&table](const auto& each) {
        return std::ranges::find(table.replicas, each.first, &Copy::allocation) == table.replicas.end();
    });
    for (const Copy& copy : table.replicas) {
        sendCopy(copy, now);
    }
}

// What the copy lacks as far as known, repeated until it says that it has it.
void TableCopies::sendCopy(const Copy& copy, Clock::time_point now) {
    const NodeInfo* holder = liveNode(copy.node);
    if (holder == nullptr) {
        return;
    }
    Progress& progress = progress_[copy.allocation];
    const std::vector<json>& rows = store_.ids();
    const bool isComplete = progress.copied >= rows.size() && copy.inSync;
    if (isComplete || now < progress.next) {
        return;
    }
    progress.next = now + kRepeatCopy;
    const std::size_t end = std::min(rows.size(), progress.copied + kMostRowsAtOnce);
    json part = json::array();
    for (std::size_t i = progress.copied; i < end; ++i) {
        part.push_back(rows[i]);
    }
    say(holder->transportAddress, "copy",
        {{"to", holder->id}, {"allocation", copy.allocation}, {"first", progress.copied}, {"rows", part}});
}

Result<void> TableCopies::onCopy(const NodeInfo& from, const json& message) {
    const TableRouting& table = cluster_.table();
    const std::int64_t allocation = numberOf(message, "allocation");
    const auto own = std::ranges::find(table.replicas, allocation, &Copy::allocation);
    if (from.id != table.primary || own == table.replicas.end() || own->node != cluster_.local().id) {
        return {};
    }
    const auto first = static_cast<std::size_t>(numberOf(message, "first"));
    const json part = partOf(message, "rows");
    const std::vector<json> rows(part.begin(), part.end());
    Result<void> stored;
    if (!store_.schema() || store_.schema()->allocation != allocation) {
        // Whatever is here is of an earlier time; it is replaced as a whole.
        stored =
            first == 0 ? store_.replace({table.type, table.primaryKey, allocation}, rows) : Result<void>{};
    } else if (first <= store_.ids().size() && first + rows.size() > store_.ids().size()) {
        const auto known = static_cast<std::ptrdiff_t>(store_.ids().size() - first);
        stored = store_.insert({rows.begin() + known, rows.end()});
    }
    if (!stored) {
        return stored;
    }
    const bool isOurs = store_.schema() && store_.schema()->allocation == allocation;
    say(from.transportAddress, "copied",
        {{"to", from.id},
         {"allocation", allocation},
         {"rows", isOurs ? store_.ids().size() : std::size_t{0}}});
    return {};
}

void TableCopies::onCopied(const json& message, Clock::time_point now) {
    const TableRouting& table = cluster_.table();
    const std::int64_t allocation = numberOf(message, "allocation");
    const auto copy = std::ranges::find(table.replicas, allocation, &Copy::allocation);
    const auto found = progress_.find(allocation);
    if (!isPrimary() || copy == table.replicas.end() || found == progress_.end()) {
        return;
    }
    Progress& progress = found->second;
    const std::size_t before =
        std::exchange(progress.copied, static_cast<std::size_t>(numberOf(message, "rows")));
    if (progress.copied < store_.ids().size() && progress.copied != before) {
        progress.next = now;
        sendCopy(*copy, now);
    }
    const NodeInfo* master = liveNode(cluster_.shared().masterId);
    if (progress.copied == store_.ids().size() && !copy->inSync && master != nullptr) {
        progress.awaited = true; // before the master may promote it, every write waits for it
        say(master->transportAddress, "insync", {{"to", master->id}, {"allocation", allocation}});
    }
}

void TableCopies::answerWrites() {
    if (!isPrimary()) {
        writes_.clear(); // waiting clients get no answer and do not count the rows as stored
        return;
    }
    std::size_t safe = store_.ids().size();
    for (const Copy& copy : cluster_.table().replicas) {
        const auto found = progress_.find(copy.allocation);
        const bool isKnown = found != progress_.end();
        if (copy.inSync || (isKnown && found->second.awaited)) {
            safe = std::min(safe, isKnown ? found->second.copied : 0);
        }
    }
    std::erase_if(writes_, [this, safe](Write& write) {
        const bool isSafe = write.rows <= safe;
        if (isSafe) {
            say(write.address, "answer", std::move(write.answer));
        }
        return isSafe;
    });
}

} // namespace standin
