// The journal's files through sd_journal, newest first and a bounded number of them. It reads what the unit's processes
// wrote and what systemd wrote about the unit, as `systemctl status` does.
#include "hal/journal.hpp"

#include "hal/handles.hpp"

#include <algorithm>
#include <cerrno>
#include <string_view>
#include <systemd/sd-id128.h>
#include <systemd/sd-journal.h>

namespace hal {
namespace {

using JournalHandle = std::unique_ptr<sd_journal, Release<sd_journal_close>>;

constexpr std::string_view kMessagePrefix = "MESSAGE=";
// Entries without a readable message are passed over, but not for ever.
constexpr size_t kMostSkipped = 64;

Error cannotRead(int result, const std::string& unit) {
    return Error::fromErrno(-result, "cannot read the journal of " + unit +
                                         " (is this user in the group systemd-journal?)");
}

/// (_BOOT_ID and _SYSTEMD_UNIT) or (_BOOT_ID and UNIT and _PID=1): messages of the unit and of systemd about it.
int addMatches(sd_journal* journal, const std::string& unit) {
    sd_id128_t boot{};
    if (const int result = sd_id128_get_boot(&boot); result < 0) {
        return result;
    }
    std::string bootText(SD_ID128_STRING_MAX, '\0');
    sd_id128_to_string(boot, bootText.data());
    const std::string inBoot = "_BOOT_ID=" + std::string(bootText.c_str());
    const auto add = [journal](const std::string& match) {
        return sd_journal_add_match(journal, match.data(), match.size());
    };
    int result = add(inBoot);
    result = result < 0 ? result : add("_SYSTEMD_UNIT=" + unit);
    result = result < 0 ? result : sd_journal_add_disjunction(journal);
    result = result < 0 ? result : add(inBoot);
    result = result < 0 ? result : add("UNIT=" + unit);
    return result < 0 ? result : add("_PID=1");
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

} // namespace

Result<std::vector<std::string>> lastLogLines(const std::string& unit, size_t count, size_t maxBytes) {
    sd_journal* raw = nullptr;
    int result = sd_journal_open(&raw, SD_JOURNAL_LOCAL_ONLY | SD_JOURNAL_SYSTEM);
    const JournalHandle journal(raw);
    if (result < 0) {
        return failure(cannotRead(result, unit));
    }
    // Files that may not be read, or whose format is unknown, are passed over in silence by sd_journal_open().
    if (sd_journal_has_runtime_files(journal.get()) <= 0 &&
        sd_journal_has_persistent_files(journal.get()) <= 0) {
        return failure(cannotRead(-EACCES, unit));
    }
    // Long fields are decompressed only this far.
    sd_journal_set_data_threshold(journal.get(), kMessagePrefix.size() + maxBytes + 4);
    result = addMatches(journal.get(), unit);
    result = result < 0 ? result : sd_journal_seek_tail(journal.get());
    std::vector<std::string> lines;
    for (size_t seen = 0; result >= 0 && lines.size() < count && seen < count + kMostSkipped; ++seen) {
        result = sd_journal_previous(journal.get());
        if (result == 0) {
            break;
        }
        std::string message = result > 0 ? messageOf(journal.get(), maxBytes) : std::string();
        if (!message.empty()) {
            lines.push_back(std::move(message));
        }
    }
    if (result < 0) {
        return failure(cannotRead(result, unit));
    }
    std::reverse(lines.begin(), lines.end());
    return lines;
}

} // namespace hal
