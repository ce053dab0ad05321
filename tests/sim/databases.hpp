// The databases of all machines: they read the files on their machine, find each other and form clusters by CrateDB's
// own rules (first vote, majority of the voting configuration, refusal of a foreign id). A wrong list really forms two
// clusters here. README.md lists the omissions. It knows no rule of the agent's.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <random>
#include <set>
#include <string>
#include <vector>

namespace sim {

/// What a data volume keeps.
struct Volume {
    std::string nodeId; ///< a new one with each wipe
    bool hasFiles = false;
    std::optional<std::string> clusterId;
};

/// What crate.yml says, as far as it matters to the forming of clusters.
struct Settings {
    std::string clusterName;
    std::string nodeName;
    std::string endpoint; ///< "10.0.0.1:4300"
    std::vector<std::string> vote;
};

/// Empty when the text is no complete crate.yml: a database refuses to start with it.
[[nodiscard]] std::optional<Settings> parseSettings(const std::string& crateYml);

/// The entries of a unicast_hosts.txt.
[[nodiscard]] std::set<std::string> parseHosts(const std::string& text);

/// A database's process.
struct Database {
    Settings settings;
    Volume* volume = nullptr;
    std::function<std::set<std::string>()> seeds; ///< reads unicast_hosts.txt
    std::set<std::string> lastKnown;              ///< endpoints of its last cluster state; in memory only
    bool hasMaster = false;
    bool frozen = false; ///< accepts and never answers

    [[nodiscard]] bool answers() const { return hasMaster && !frozen; }
};

struct Cluster {
    std::string id;
    std::string name;
    std::set<std::string> voters; ///< persistent node ids, and placeholders for listed nodes never seen
};

class Databases {
public:
    explicit Databases(std::mt19937_64& random) : random_(random) {}

    void start(unsigned machine, Database database) { running_[machine] = std::move(database); }
    void end(unsigned machine) { running_.erase(machine); }
    [[nodiscard]] Database* find(unsigned machine);
    [[nodiscard]] const Database* find(unsigned machine) const;
    /// One round of discovery and election among all; CrateDB makes one a second.
    void round();
    /// A new name for a wiped volume.
    [[nodiscard]] std::string newNodeId() { return "disk-" + std::to_string(++volumes_); }

    std::map<unsigned, unsigned> side; ///< by machine: databases on different sides of a cut cannot talk
    std::vector<Cluster> clusters;     ///< every one that was ever bootstrapped
    std::vector<Cluster> foreign;      ///< founded elsewhere, long ago
    std::function<void(unsigned machine, const Cluster&)> onBootstrap;

private:
    using Group = std::vector<unsigned>;

    [[nodiscard]] std::vector<Group> groups() const;
    [[nodiscard]] bool knows(unsigned from, unsigned to, const std::set<std::string>& seeds) const;
    void elect(const Group& group);
    void elect(const Group& group, const Cluster& cluster);
    void bootstrap(const Group& group);
    bool tryBootstrap(unsigned machine, const Group& group);
    void join(const Group& group);
    void reconfigure(Cluster& cluster, const Group& group) const;
    void remember(const Group& group);
    [[nodiscard]] Group holders(const Group& group, const std::optional<std::string>& clusterId) const;

    std::mt19937_64& random_;
    std::map<unsigned, Database> running_;
    unsigned volumes_ = 0;
};

} // namespace sim
