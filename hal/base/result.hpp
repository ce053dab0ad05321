// The error vocabulary of the project: Error, Result<T> and Status.
// An Error carries a std::error_code, a sentence for the person who reads the log, and whether trying again can
// help. It never logs: hal returns errors, the agent logs each once at the top.
#pragma once

#include <expected>
#include <string>
#include <system_error>
#include <utility>

namespace hal {

/// Tells the caller what to do about an error: `retryable` ones may vanish by themselves (a refused connection),
/// `terminal` ones need a person or another input (a malformed file).
enum class Recovery { retryable, terminal };

class [[nodiscard]] Error {
public:
    Error(std::error_code code, std::string message, Recovery recovery = Recovery::retryable)
        : code_(code), message_(std::move(message)), recovery_(recovery) {}

    /// An error from a positive errno value.
    static Error fromErrno(int errnoValue, std::string message, Recovery recovery = Recovery::retryable) {
        return {std::error_code(errnoValue, std::generic_category()), std::move(message), recovery};
    }

    /// An error in what somebody wrote: input that stays wrong however often it is read.
    static Error invalid(std::string message) {
        return {std::make_error_code(std::errc::invalid_argument), std::move(message), Recovery::terminal};
    }

    [[nodiscard]] std::error_code code() const { return code_; }
    [[nodiscard]] Recovery recovery() const { return recovery_; }
    [[nodiscard]] const std::string& message() const { return message_; }

    /// "message: reason of the code"; the code's own text is left out where it only says "invalid argument".
    [[nodiscard]] std::string text() const {
        if (!code_ || code_ == std::errc::invalid_argument) {
            return message_;
        }
        return message_ + ": " + code_.message();
    }

    /// The same error seen from one level further out: "context: message".
    [[nodiscard]] Error withContext(const std::string& context) const {
        return {code_, context + ": " + message_, recovery_};
    }

    bool operator==(const Error&) const = default;

private:
    std::error_code code_;
    std::string message_;
    Recovery recovery_;
};

/// std::expected that the compiler does not let anybody ignore.
template <class T>
class [[nodiscard]] Result : public std::expected<T, Error> {
public:
    using std::expected<T, Error>::expected;
};

using Status = Result<void>;

/// Shorthand for `return std::unexpected(error)`.
inline std::unexpected<Error> failure(Error error) { return std::unexpected(std::move(error)); }

} // namespace hal
