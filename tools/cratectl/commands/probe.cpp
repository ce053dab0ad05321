// Wires the sources, folds one probe and prints it. With --watch it stays on the loop and reports every change.
#include "tools/cratectl/commands/probe.hpp"

#include "agent/hardware/inventory.hpp"
#include "agent/hardware/inventory_json.hpp"
#include "agent/runtime/prober.hpp"
#include "hal/base/event_loop.hpp"
#include "hal/hardware/btrfs.hpp"
#include "tools/cratectl/output/probe_table.hpp"

#include <chrono>
#include <csignal>
#include <cstdio>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>

namespace cratectl {
namespace {

void print(const std::string& text) {
    std::fputs(text.c_str(), stdout);
    std::fflush(stdout);
}

std::string rendered(const agent::Inventory& inventory, bool json) {
    constexpr int kIndent = 2;
    return json ? agent::toJson(inventory).dump(kIndent) + "\n" : probeTable(inventory);
}

bool nothingRead(const agent::ProbeResult& probe) { return !probe.network && !probe.disks && !probe.volume; }

/// Probes again after events and prints a line each time: the cause is unknown, the change is known.
class Watcher {
public:
    Watcher(hal::EventLoop& loop, agent::Prober& prober, const ProbeOptions& options, agent::Inventory first)
        : loop_(loop), prober_(prober), options_(options), last_(std::move(first)) {}

    int run() {
        if (const auto watching = prober_.watch([this] { schedule(); }); !watching) {
            std::fprintf(stderr, "cratectl: %s\n", watching.error().text().c_str());
            return 1;
        }
        const auto stop = [this] { loop_.stop(0); };
        const hal::SourcePtr interrupt = loop_.onSignal(SIGINT, stop);
        const hal::SourcePtr terminate = loop_.onSignal(SIGTERM, stop);
        return loop_.run();
    }

private:
    /// Events come in bursts; one probe after the burst is enough.
    void schedule() {
        constexpr auto kBurst = std::chrono::milliseconds(50);
        if (!pending_) {
            pending_ = loop_.after(kBurst, [this] { look(); });
        }
    }

    void look() {
        pending_.reset();
        agent::Inventory now = agent::foldInventory(prober_.probe(), options_.interface);
        const bool changed = !(now == last_);
        last_ = std::move(now);
        if (options_.json) {
            print(agent::toJson(last_).dump() + "\n");
        } else {
            print(changed ? "changed:\n" + rendered(last_, false) : "probed again: nothing changed\n");
        }
    }

    hal::EventLoop& loop_;
    agent::Prober& prober_;
    const ProbeOptions& options_;
    agent::Inventory last_;
    hal::SourcePtr pending_;
};

} // namespace

int runProbe(const ProbeOptions& options) {
    auto loop = hal::makeEventLoop();
    if (!loop) {
        std::fprintf(stderr, "cratectl: %s\n", loop.error().text().c_str());
        return 1;
    }
    const auto nics = hal::makeNics(**loop);
    const auto disks = hal::makeDisks(**loop);
    agent::Prober prober(*nics, *disks, hal::inspectVolume, options.dataDirectory);
    const agent::ProbeResult probe = prober.probe();
    agent::Inventory inventory = agent::foldInventory(probe, options.interface);
    print(rendered(inventory, options.json));
    if (options.watch) {
        return Watcher(**loop, prober, options, std::move(inventory)).run();
    }
    return nothingRead(probe) ? 1 : 0;
}

} // namespace cratectl
