// See state_store.hpp. The layout (nodes/0/node.lock, nodes/0/_state) is CrateDB's; the files inside are JSON.
#include "tests/standin/state_store.hpp"

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sys/file.h>
#include <sys/random.h>
#include <unistd.h>

namespace standin {

namespace {

using nlohmann::json;
namespace fs = std::filesystem;

std::string reason() { return std::strerror(errno); }

Result<void> writeDurably(const fs::path& path, const std::string& content) {
    const fs::path temporary = path.string() + ".tmp";
    const int file = ::open(temporary.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
    if (file < 0) {
        return fail("failed to write [" + temporary.string() + "]: " + reason());
    }
    const bool written =
        ::write(file, content.data(), content.size()) == static_cast<ssize_t>(content.size()) &&
        ::fsync(file) == 0;
    ::close(file);
    if (!written || ::rename(temporary.c_str(), path.c_str()) != 0) {
        return fail("failed to write [" + path.string() + "]: " + reason());
    }
    const int directory = ::open(path.parent_path().c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (directory >= 0) {
        ::fsync(directory);
        ::close(directory);
    }
    return {};
}

// A file that is not there is a null value; one that is there and unreadable stops the node, as lost state would.
Result<json> readJson(const fs::path& path) {
    std::ifstream file(path);
    if (!file) {
        return errno == ENOENT ? Result<json>(json())
                               : fail("failed to read [" + path.string() + "]: " + reason());
    }
    json value = json::parse(file, nullptr, false);
    if (value.is_discarded() || !value.is_object()) {
        return fail("failed to read [" + path.string() + "]: expected a JSON object");
    }
    return value;
}

Result<int> takeLock(const fs::path& directory) {
    const fs::path path = directory / "node.lock";
    const int file = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644);
    if (file >= 0 && ::flock(file, LOCK_EX | LOCK_NB) == 0) {
        return file;
    }
    const std::string why = reason();
    if (file >= 0) {
        ::close(file);
    }
    return fail(
        "failed to obtain node locks, tried [" + directory.parent_path().parent_path().string() +
        "]; maybe these locations are not writable or multiple nodes were started on the same data path? (" +
        why + ")");
}

} // namespace

std::string randomUuid() {
    static constexpr std::string_view kDigits =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    std::array<unsigned char, 16> bytes{};
    while (getrandom(bytes.data(), bytes.size(), 0) != static_cast<ssize_t>(bytes.size())) {}
    std::string text;
    unsigned bits = 0;
    unsigned held = 0;
    for (const unsigned char byte : bytes) {
        held = (held << 8) | byte;
        bits += 8;
        while (bits >= 6) {
            bits -= 6;
            text += kDigits[(held >> bits) & 63U];
        }
        held &= (1U << bits) - 1U;
    }
    text += kDigits[(held << (6 - bits)) & 63U];
    return text;
}

Result<StateStore> StateStore::open(const fs::path& dataPath) {
    const fs::path directory = dataPath / "nodes" / "0";
    std::error_code error;
    fs::create_directories(directory / "_state", error);
    if (error) {
        return fail(
            "Failed to create node environment: java.nio.file.AccessDeniedException: " + directory.string() +
            " (" + error.message() + "); path.data must be writable for the user CrateDB runs as");
    }
    Result<int> lock = takeLock(directory);
    if (!lock) {
        return std::unexpected(lock.error());
    }
    StateStore store(directory, *lock);
    Result<json> node = readJson(directory / "_state" / "node.json");
    if (!node) {
        return std::unexpected(node.error());
    }
    store.nodeId_ = node->is_null() ? randomUuid() : node->value("node_id", "");
    if (node->is_null()) {
        const std::string text = json{{"node_id", store.nodeId_}}.dump() + "\n";
        if (auto written = writeDurably(directory / "_state" / "node.json", text); !written) {
            return std::unexpected(written.error());
        }
    }
    Result<json> cluster = readJson(directory / "_state" / "cluster.json");
    if (!cluster) {
        return std::unexpected(cluster.error());
    }
    store.durable_ = durableFrom(*cluster);
    store.durable_.accepted.recovered = false;
    store.durable_.accepted.transientSettings.clear();
    return store;
}

StateStore::StateStore(StateStore&& other) noexcept
    : directory_(std::move(other.directory_)), lock_(std::exchange(other.lock_, -1)),
      nodeId_(std::move(other.nodeId_)), durable_(std::move(other.durable_)) {}

StateStore::~StateStore() {
    if (lock_ >= 0) {
        ::close(lock_);
    }
}

Result<void> StateStore::save(const Durable& durable) {
    const std::string text = toJson(durable).dump(-1, ' ', false, json::error_handler_t::replace);
    auto written = writeDurably(directory_ / "_state" / "cluster.json", text + "\n");
    if (written) {
        durable_ = durable;
    }
    return written;
}

} // namespace standin
