// Uses the Engine API, because `docker pull` prints no progress without a terminal.
#include "tools/cratectl/commands/pull_image.hpp"

#include "agent/config/image_reference.hpp"
#include "hal/base/text.hpp"
#include "hal/systemd/notifier.hpp"
#include "tools/cratectl/commands/command.hpp"
#include "tools/cratectl/output/pull_progress.hpp"

#include <cstdio>

namespace cratectl {
namespace {

constexpr const char* kDockerSocket = "/run/docker.sock"; // podman's docker shim links it to its own
constexpr hal::Duration kAskDeadline = std::chrono::seconds(10);
// An image of 261 MB over a slow connection takes a while; the unit sets no limit either.
constexpr hal::Duration kPullDeadline = std::chrono::hours(6);
// Docker sends about 200 bytes for each half megabyte of each layer; none of it is kept.
constexpr size_t kMaxProgressBytes = size_t{256} << 20U;
constexpr int kHttpOk = 200;
constexpr int kHttpNotFound = 404;

hal::Result<bool> isPresent(Client& client, const std::string& reference) {
    hal::HttpRequest request;
    request.url = "http://docker/images/" + hal::percentEncoded(reference) + "/json";
    request.unixSocket = kDockerSocket;
    request.deadline = kAskDeadline;
    const auto response = client.send(std::move(request));
    if (!response) {
        return hal::failure(response.error().withContext(
            "Docker does not answer at " + std::string(kDockerSocket) + "; see `systemctl status docker`"));
    }
    if (response->status != kHttpOk && response->status != kHttpNotFound) {
        return hal::failure(
            hal::Error::invalid("Docker refused to look up " + reference + ": " + response->body));
    }
    return response->status == kHttpOk;
}

hal::Status pull(Client& client, const std::string& reference) {
    const auto notifier = hal::makeNotifier();
    PullProgress progress;
    std::string lastWords;
    const auto report = [&notifier, &progress, &lastWords] {
        if (const std::string words = progress.words(); words != lastWords) {
            notifier->status(words);
            std::printf("%s\n", words.c_str());
            std::fflush(stdout);
            lastWords = words;
        }
    };
    hal::HttpRequest request;
    request.method = "POST";
    request.url = "http://docker/images/create?fromImage=" + hal::percentEncoded(reference);
    request.unixSocket = kDockerSocket;
    request.deadline = kPullDeadline;
    request.maxResponseBytes = kMaxProgressBytes;
    std::string unparsed;
    request.onBody = [&progress, &report, &unparsed](std::string_view bytes) {
        constexpr size_t kKept = 1024;
        unparsed += bytes.substr(0, kKept - std::min(kKept, unparsed.size()));
        progress.take(bytes);
        report();
        return !progress.error().has_value();
    };
    report();
    const auto response = client.send(std::move(request));
    if (progress.error()) {
        return hal::failure(hal::Error::invalid(*progress.error()));
    }
    if (!response) {
        return hal::failure(response.error());
    }
    if (response->status != kHttpOk) {
        return hal::failure(
            hal::Error::invalid("Docker answered " + std::to_string(response->status) + ": " + unparsed));
    }
    notifier->status(""); // systemd shows the last status for as long as the unit runs
    return {};
}

} // namespace

int pullImage(const std::string& reference) {
    if (!agent::parseImageReference(reference)) {
        return fail(hal::Error::invalid("\"" + reference +
                                        "\": expected a container image like docker.io/library/crate:6.4.5"));
    }
    auto client = Client::make();
    if (!client) {
        return fail(client.error());
    }
    const auto present = isPresent(**client, reference);
    if (!present) {
        return fail(present.error());
    }
    if (*present) {
        return kExitOk;
    }
    if (const auto status = pull(**client, reference); !status) {
        return fail(status.error().withContext("cannot pull " + reference));
    }
    std::printf("pulled %s\n", reference.c_str());
    return kExitOk;
}

} // namespace cratectl
