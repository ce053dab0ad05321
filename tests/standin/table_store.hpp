// The one user table of the stand-in, doc.t with a single column id, so that tests can say "no row was lost".
// Owns its file, one JSON value a line; an insert is acknowledged only after it is on disk. A line cut short by a
// power loss was never acknowledged and is dropped at the next start.
#pragma once

#include "tests/standin/failure.hpp"

#include <cstdint>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>
#include <vector>

namespace standin {

struct TableSchema {
    std::string type; // "bigint", "integer" or "text"
    bool primaryKey = false;
    std::int64_t allocation = 0; // of a replica: which copy of the primary this is
};

class TableStore {
public:
    [[nodiscard]] static Result<TableStore> open(const std::filesystem::path& directory);

    [[nodiscard]] const std::optional<TableSchema>& schema() const { return schema_; }
    [[nodiscard]] const std::vector<nlohmann::json>& ids() const { return ids_; }
    [[nodiscard]] bool contains(const nlohmann::json& id) const { return known_.contains(id); }

    [[nodiscard]] Result<void> create(const TableSchema& schema);
    // Everything at once, for a replica that starts over: a kill leaves the old or the new table.
    [[nodiscard]] Result<void> replace(const TableSchema& schema, const std::vector<nlohmann::json>& ids);
    [[nodiscard]] Result<void> insert(const std::vector<nlohmann::json>& ids);

private:
    explicit TableStore(std::filesystem::path file) : file_(std::move(file)) {}
    [[nodiscard]] Result<void> append(const std::string& lines) const;
    [[nodiscard]] Result<void> load();

    std::filesystem::path file_;
    std::optional<TableSchema> schema_;
    std::vector<nlohmann::json> ids_;
    std::set<nlohmann::json> known_;
};

} // namespace standin
