// See table_copies.hpp.
#include "tests/standin/table_copies.hpp"

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
    requests_[++lastTicket_] = {std::move(request), "", now + kPatience, std::nullopt};
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
           (isPrimary() && !table.replica.empty() && !table.replicaInSync);
}

const NodeInfo* TableCopies::liveNode(const std::string& id) const {
    return cluster_.hasMaster() ? findNode(cluster_.shared().nodes, id) : nullptr;
}

bool TableCopies::isPrimary() const {
    return cluster_.hasMaster() && cluster_.table().primary == cluster_.local().id;
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
    sendCopy(now);
    answerWrites();
    return std::exchange(messages_, {});
}

// A new table has an empty file on its primary; a table that has rows is never made anew.
Result<void> TableCopies::prepareStore() {
    const TableRouting& table = cluster_.table();
    if (!isPrimary() || store_.schema()) {
        return {};
    }
    return store_.create({table.type, table.primaryKey, 0});
}

void TableCopies::ask(std::uint64_t ticket, Request& request, Clock::time_point now) {
    const TableRouting& table = cluster_.table();
    const bool creates = textOf(request.body, "what") == "create";
    if (creates && !table.type.empty() && cluster_.hasMaster()) {
        request.outcome = json{{"results", {1}}};
        return;
    }
    const NodeInfo* target = liveNode(creates ? cluster_.shared().masterId : table.primary);
    const bool wasAsked = !request.askedId.empty();
    if (now >= request.deadline ||
        (wasAsked && !creates && (target == nullptr || target->id != request.askedId))) {
        request.outcome =
            json{{"failed", "the primary of [doc.t] does not answer, the statement may or may not "
                            "have been executed"}};
    } else if (target != nullptr && (creates || !wasAsked)) {
        request.askedId = target->id;
        json body = request.body;
        body["ticket"] = ticket;
        body["to"] = target->id;
        say(target->transportAddress, creates ? "create" : "ask", std::move(body));
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
    nextCopy_ = now;
    sendCopy(now);
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

// What the replica lacks as far as known, repeated until it says that it has it.
void TableCopies::sendCopy(Clock::time_point now) {
    const TableRouting& table = cluster_.table();
    const NodeInfo* replica = isPrimary() ? liveNode(table.replica) : nullptr;
    if (replica == nullptr || !store_.schema()) {
        return;
    }
    if (copyAllocation_ != table.allocation) {
        copyAllocation_ = table.allocation;
        copied_ = 0;
        awaited_ = false;
        nextCopy_ = {};
    }
    const std::vector<json>& rows = store_.ids();
    const bool isComplete = copied_ >= rows.size() && table.replicaInSync;
    if (isComplete || now < nextCopy_) {
        return;
    }
    nextCopy_ = now + kRepeatCopy;
    const std::size_t end = std::min(rows.size(), copied_ + kMostRowsAtOnce);
    json part = json::array();
    for (std::size_t i = copied_; i < end; ++i) {
        part.push_back(rows[i]);
    }
    say(replica->transportAddress, "copy",
        {{"to", replica->id}, {"allocation", table.allocation}, {"first", copied_}, {"rows", part}});
}

Result<void> TableCopies::onCopy(const NodeInfo& from, const json& message) {
    const TableRouting& table = cluster_.table();
    const std::int64_t allocation = numberOf(message, "allocation");
    if (from.id != table.primary || table.replica != cluster_.local().id || allocation != table.allocation) {
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
    if (!isPrimary() || numberOf(message, "allocation") != copyAllocation_ ||
        copyAllocation_ != table.allocation) {
        return;
    }
    const std::size_t before = std::exchange(copied_, static_cast<std::size_t>(numberOf(message, "rows")));
    if (copied_ < store_.ids().size() && copied_ != before) {
        nextCopy_ = now;
        sendCopy(now);
    }
    const NodeInfo* master = liveNode(cluster_.shared().masterId);
    if (copied_ == store_.ids().size() && !table.replicaInSync && master != nullptr) {
        awaited_ = true; // before the master may promote it, every write waits for it
        say(master->transportAddress, "insync", {{"to", master->id}, {"allocation", table.allocation}});
    }
}

void TableCopies::answerWrites() {
    const TableRouting& table = cluster_.table();
    if (!isPrimary()) {
        writes_.clear(); // whoever waits is told nothing and does not count the rows as stored
        return;
    }
    const bool isCurrent = copyAllocation_ == table.allocation;
    const bool mustWait = !table.replica.empty() && (table.replicaInSync || (awaited_ && isCurrent));
    const std::size_t safe = !mustWait ? store_.ids().size() : isCurrent ? copied_ : 0;
    std::erase_if(writes_, [this, safe](Write& write) {
        const bool isSafe = write.rows <= safe;
        if (isSafe) {
            say(write.address, "answer", std::move(write.answer));
        }
        return isSafe;
    });
}

} // namespace standin
