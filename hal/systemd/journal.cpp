// Reads a bounded number of journal entries through sd_journal, newest first. It reads the messages of the unit's
// processes; systemd's messages about the unit only if there are none.
#include "hal/systemd/journal.hpp"

#include "hal/base/handles.hpp"

#include <algorithm>
#include <cerrno>
#include <string_view>
#include <systemd/sd-id128.h>
#include <systemd/sd-journal.h>

namespace hal {
namespace {

using JournalHandle = std::unique_ptr<sd_journal, Release<sd_journal_close>>;

constexpr std::string_view kMessagePrefix = "MESSAGE=";
// Entries without a readable message are skipped, up to this number.
constexpr size_t kMostSkipped = 64;

Error cannotRead(int result, const std::string& unit) {
    return Error::fromErrno(-result, "cannot read the journal of " + unit +
                                         " (is this user in the group systemd-journal?)");
}

/// The boot of the newest entry. The kernel's boot id would be wrong in a container, where /proc may show that of
/// the host.
int findBoot(sd_journal* journal, sd_id128_t& boot) {
    uint64_t when = 0;
    int result = sd_journal_seek_tail(journal);
    result = result < 0 ? result : sd_journal_previous(journal);
    return result <= 0 ? result : sd_journal_get_monotonic_usec(journal, &when, &boot);
}

/// The messages of the unit's own processes, or systemd's messages about the unit.
enum class Author { unit, systemd };

int selectMessages(sd_journal* journal, const std::string& unit, Author author) {
    sd_journal_flush_matches(journal);
    const auto add = [journal](const std::string& match) {
        return sd_journal_add_match(journal, match.data(), match.size());
    };
    int result = add((author == Author::unit ? "_SYSTEMD_UNIT=" : "UNIT=") + unit);
    if (result >= 0 && author == Author::systemd) {
        result = add(
            "_UID=0"); // any process may write a field UNIT=; the process that becomes the unit is not PID 1
    }
    return result < 0 ? result : sd_journal_seek_tail(journal);
}

/// The message of the current entry on one line; empty when there is none or it cannot be read.
std::string messageOf(sd_journal* journal, size_t maxBytes) {
    const void* data = nullptr;
    size_t length = 0;
    if (sd_journal_get_data(journal, "MESSAGE", &data, &length) < 0 || length <= kMessagePrefix.size()) {
        return {};
    }
    std::string text(static_cast<const char*>(data) + kMessagePrefix.size(), length - kMessagePrefix.size());
    if (text.size() > maxBytes) {
        text.resize(maxBytes);
        // Do not leave half of a UTF-8 character behind: its later bytes are 10xxxxxx.
        while (!text.empty() && (static_cast<unsigned char>(text.back()) & 0xC0U) == 0x80U) {
            text.pop_back();
        }
        if (!text.empty() && static_cast<unsigned char>(text.back()) >= 0xC0U) {
            text.pop_back();
        }
    }
    std::replace_if(
        text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) < ' '; }, ' ');
    return text;
}

/// The last messages of the boot among the selected ones, newest first.
int collect(sd_journal* journal, sd_id128_t boot, size_t count, size_t maxBytes,
            std::vector<std::string>& lines) {
    for (size_t seen = 0; lines.size() < count && seen < count + kMostSkipped; ++seen) {
        const int result = sd_journal_previous(journal);
        if (result <= 0) {
            return result;
        }
        uint64_t when = 0;
        sd_id128_t entryBoot{};
        if (sd_journal_get_monotonic_usec(journal, &when, &entryBoot) < 0 ||
            sd_id128_equal(boot, entryBoot) == 0) {
            return 0;
        }
        std::string message = messageOf(journal, maxBytes);
        if (!message.empty()) {
            lines.push_back(std::move(message));
        }
    }
    return 0;
}

} // namespace

Result<std::vector<std::string>> lastLogLines(const std::string& unit, size_t count, size_t maxBytes) {
    sd_journal* raw = nullptr;
    int result = sd_journal_open(&raw, SD_JOURNAL_LOCAL_ONLY | SD_JOURNAL_SYSTEM);
    const JournalHandle journal(raw);
    if (result < 0) {
        return failure(cannotRead(result, unit));
    }
    // sd_journal_open() silently skips unreadable files and files of an unknown format.
    if (sd_journal_has_runtime_files(journal.get()) <= 0 &&
        sd_journal_has_persistent_files(journal.get()) <= 0) {
        return failure(cannotRead(-EACCES, unit));
    }
    // Long fields are decompressed only this far.
    sd_journal_set_data_threshold(journal.get(), kMessagePrefix.size() + maxBytes + 4);
    sd_id128_t boot{};
    result = findBoot(journal.get(), boot);
    std::vector<std::string> lines;
    // systemd's own messages (exit status, restart) duplicate the unit's properties; they matter only if the unit
    // never logged anything, because its program could not be started.
    for (const Author author : {Author::unit, Author::systemd}) {
        if (result >= 0 && lines.empty()) {
            result = selectMessages(journal.get(), unit, author);
            result = result < 0 ? result : collect(journal.get(), boot, count, maxBytes, lines);
        }
    }
    if (result < 0) {
        return failure(cannotRead(result, unit));
    }
    std::reverse(lines.begin(), lines.end());
    return lines;
}

} // namespace hal
