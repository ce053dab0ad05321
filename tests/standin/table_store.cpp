// See table_store.hpp.
#include "tests/standin/table_store.hpp"

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <fstream>
#include <sstream>
#include <unistd.h>

namespace standin {

namespace {

using nlohmann::json;

std::string header(const TableSchema& schema) {
    const json value{
        {"type", schema.type}, {"primary_key", schema.primaryKey}, {"allocation", schema.allocation}};
    return value.dump() + "\n";
}

std::string lines(const std::vector<json>& ids) {
    std::string text;
    for (const json& id : ids) {
        text += id.dump() + "\n";
    }
    return text;
}

} // namespace

Result<TableStore> TableStore::open(const std::filesystem::path& directory) {
    TableStore store(directory / "doc.t.jsonl");
    if (auto loaded = store.load(); !loaded) {
        return std::unexpected(loaded.error());
    }
    return store;
}

Result<void> TableStore::load() {
    std::ifstream stream(file_);
    if (!stream) {
        return {};
    }
    std::stringstream buffer;
    buffer << stream.rdbuf();
    std::string content = buffer.str();
    const std::size_t complete = content.rfind('\n') == std::string::npos ? 0 : content.rfind('\n') + 1;
    if (complete != content.size()) {
        std::error_code error;
        std::filesystem::resize_file(file_, complete, error);
        content.resize(complete);
    }
    std::istringstream lines(content);
    for (std::string line; std::getline(lines, line);) {
        json value = json::parse(line, nullptr, false);
        if (value.is_discarded() || (!schema_ && !value.is_object())) {
            return fail("failed to read [" + file_.string() +
                        "]: expected a schema and one JSON value a line");
        }
        if (!schema_) {
            schema_ = TableSchema{value.value("type", "bigint"), value.value("primary_key", false),
                                  value.value("allocation", std::int64_t{0})};
        } else {
            known_.insert(value);
            ids_.push_back(std::move(value));
        }
    }
    return {};
}

Result<void> TableStore::create(const TableSchema& schema) {
    auto written = append(header(schema));
    if (written) {
        schema_ = schema;
    }
    return written;
}

Result<void> TableStore::replace(const TableSchema& schema, const std::vector<json>& ids) {
    const TableStore fresh(file_.string() + ".new");
    std::error_code error;
    std::filesystem::remove(fresh.file_, error);
    if (auto written = fresh.append(header(schema) + lines(ids)); !written) {
        return written;
    }
    std::filesystem::rename(fresh.file_, file_, error);
    if (error) {
        return fail("failed to replace [" + file_.string() + "]: " + error.message());
    }
    schema_ = schema;
    ids_ = ids;
    known_ = {ids.begin(), ids.end()};
    return {};
}

Result<void> TableStore::insert(const std::vector<json>& ids) {
    auto written = append(lines(ids));
    if (written) {
        ids_.insert(ids_.end(), ids.begin(), ids.end());
        known_.insert(ids.begin(), ids.end());
    }
    return written;
}

Result<void> TableStore::append(const std::string& lines) const {
    const int file = ::open(file_.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
    if (file < 0) {
        return fail("failed to write [" + file_.string() + "]: " + std::strerror(errno));
    }
    const off_t before = ::lseek(file, 0, SEEK_END);
    const bool written =
        ::write(file, lines.data(), lines.size()) == static_cast<ssize_t>(lines.size()) && ::fsync(file) == 0;
    const int error = errno;
    if (!written && ::ftruncate(file, before) != 0) {
        ::close(file);
        return fail("failed to take back a write to [" + file_.string() + "]: " + std::strerror(errno));
    }
    ::close(file);
    return written ? Result<void>{}
                   : fail("failed to write [" + file_.string() + "]: " + std::strerror(error));
}

} // namespace standin
