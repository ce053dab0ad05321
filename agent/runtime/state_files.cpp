// Small JSON and text files; each is replaced as a whole.
#include "agent/runtime/state_files.hpp"

#include "agent/config/ini.hpp"
#include "hal/base/identifiers.hpp"
#include "hal/base/json.hpp"
#include "hal/base/text.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

namespace agent {
namespace {

using nlohmann::json;

std::string instanceDirectory(const std::string& stateDirectory, unsigned slot) {
    return stateDirectory + "/crate@" + std::to_string(slot);
}

} // namespace

StateFiles::StateFiles(FileAccess disk, std::string stateDirectory, std::string runtimeDirectory)
    : disk_(std::move(disk)), stateDirectory_(std::move(stateDirectory)),
      runtimeDirectory_(std::move(runtimeDirectory)) {}

hal::Status StateFiles::keep(const std::string& path, const std::string& content) {
    auto known = written_.find(path);
    if (known == written_.end()) {
        if (const auto before = disk_.read(path); before && before->has_value()) {
            known = written_.emplace(path, **before).first; // by the previous process
        }
    }
    if (known != written_.end() && known->second == content) {
        return {};
    }
    if (auto status = disk_.write(path, content); !status) {
        return status;
    }
    written_[path] = content;
    return {};
}

hal::Result<PersistentState> StateFiles::loadPersistent() {
    const std::string path = stateDirectory_ + "/node.json";
    const auto content = disk_.read(path);
    if (!content) {
        return hal::failure(content.error().withContext(path));
    }
    if (!content->has_value()) {
        return PersistentState{};
    }
    const json object = hal::parseJson(**content);
    const auto malformed = [&path] {
        return hal::failure(hal::Error::invalid(
            path +
            ": expected a JSON object with \"v\": 1, a \"slot\" from 1 to 999 and a string \"cluster_id\"; " +
            "restore it from a backup, or remove it if this node's database was never started"));
    };
    if (!object.is_object() || object.value("v", json()) != 1) {
        return malformed();
    }
    PersistentState persistent;
    if (const auto slot = object.find("slot"); slot != object.end()) {
        if (!slot->is_number_unsigned() || slot->get<uint64_t>() < 1 || slot->get<uint64_t>() > kMaxSlot) {
            return malformed();
        }
        persistent.slot = slot->get<unsigned>();
    }
    if (const auto id = object.find("cluster_id"); id != object.end()) {
        if (!id->is_string() || id->get_ref<const std::string&>().empty()) {
            return malformed();
        }
        persistent.clusterId = id->get<std::string>();
    }
    if (const auto vote = object.find("vote"); vote != object.end() && vote->is_array()) {
        for (const auto& name : *vote) {
            if (!name.is_string()) {
                return malformed();
            }
            persistent.vote.push_back(name.get<std::string>());
        }
    }
    if (const auto peers = object.find("peers"); peers != object.end() && peers->is_object()) {
        for (const auto& [nodeId, endpoint] : peers->items()) {
            if (endpoint.is_string()) {
                persistent.peers.emplace(nodeId, endpoint.get<std::string>());
            }
        }
    }
    written_[path] = **content;
    return persistent;
}

hal::Status StateFiles::keepPersistent(const PersistentState& persistent) {
    if (persistent == PersistentState{}) {
        return {};
    }
    json object{{"v", 1}};
    if (persistent.slot) {
        object["slot"] = *persistent.slot;
    }
    if (persistent.clusterId) {
        object["cluster_id"] = *persistent.clusterId;
    }
    if (!persistent.peers.empty()) {
        object["peers"] = persistent.peers;
    }
    if (!persistent.vote.empty()) {
        object["vote"] = persistent.vote;
    }
    // Ids of peers are parts of keys, which an operator may have written with any bytes.
    return keep(stateDirectory_ + "/node.json",
                object.dump(-1, ' ', false, json::error_handler_t::replace) + "\n");
}

std::optional<hal::LeaseId> StateFiles::loadLease() {
    const auto content = disk_.read(runtimeDirectory_ + "/lease");
    if (!content || !content->has_value()) {
        return std::nullopt; // at worst, the session gets a new lease
    }
    std::string_view rest = **content;
    const auto lease = hal::parseNumber<hal::LeaseId>(hal::takeLine(rest));
    return lease && *lease != 0 ? lease : std::nullopt;
}

hal::Status StateFiles::keepLease(std::optional<hal::LeaseId> lease) {
    return keep(runtimeDirectory_ + "/lease", lease ? std::to_string(*lease) + "\n" : "");
}

bool StateFiles::loadStarted() {
    const auto content = disk_.read(runtimeDirectory_ + "/started");
    return content && content->has_value();
}

hal::Status StateFiles::keepStarted() {
    return keep(runtimeDirectory_ + "/started", "the crate unit was started in this boot\n");
}

hal::Result<bool> StateFiles::keepRendered(unsigned slot, const std::vector<RenderedFile>& files) {
    const std::string directory = instanceDirectory(stateDirectory_, slot) + "/";
    if (files.empty()) {
        const auto content = disk_.read(directory + "config/crate.yml");
        return content && content->has_value();
    }
    for (const auto& file : files) {
        if (const auto status = keep(directory + file.name, file.content); !status) {
            return hal::failure(status.error());
        }
    }
    return true;
}

std::optional<std::string> StateFiles::containerId(unsigned slot) const {
    const auto content = disk_.read("/run/crate-" + std::to_string(slot) + "/cid");
    if (!content || !content->has_value()) {
        return std::nullopt;
    }
    std::string_view rest = **content;
    const std::string_view id = hal::trimmed(hal::takeLine(rest));
    return hal::isContainerId(id) ? std::optional(std::string(id)) : std::nullopt;
}

} // namespace agent
