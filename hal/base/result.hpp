// The errors of the project: Error, Result<T> and Status. An Error carries a std::error_code, a sentence for the log,
// and whether a retry can help. It never logs: hal returns errors, the agent logs each once at the top.
#pragma once

#include <expected>
#include <string>
#include <system_error>
#include <utility>

namespace hal {

/// What to do about an error: a `retryable` one may vanish by itself (a refused connection), a `terminal` one needs
/// an operator or another input (a malformed file).
enum class Recovery { retryable, terminal };

class [[nodiscard]] Error {
public:
    Error(std::error_code code, std::string message, Recovery recovery = Recovery::retryable)
        : code_(code), message_(std::move(message)), recovery_(recovery) {}

    /// An error from a positive errno value.
    static Error fromErrno(int errnoValue, std::string message, Recovery recovery = Recovery::retryable) {
        return {std::error_code(errnoValue, std::generic_category()), std::move(message), recovery};
    }

    /// An error in the input, which stays wrong however often it is read.
    static Error invalid(std::string message) {
        return {std::make_error_code(std::errc::invalid_argument), std::move(message), Recovery::terminal};
    }

    [[nodiscard]] std::error_code code() const { return code_; }
    [[nodiscard]] Recovery recovery() const { return recovery_; }
    [[nodiscard]] const std::string& message() const { return message_; }

    /// "message: reason of the code"; the code's own text is omitted if it only says "invalid argument".
    [[nodiscard]] std::string text() const {
        if (!code_ || code_ == std::errc::invalid_argument) {
            return message_;
        }
        return message_ + ": " + code_.message();
    }

    /// The same error with context from the caller: "context: message".
    [[nodiscard]] Error withContext(const std::string& context) const {
        return {code_, context + ": " + message_, recovery_};
    }

    bool operator==(const Error&) const = default;

private:
    std::error_code code_;
    std::string message_;
    Recovery recovery_;
};

/// A std::expected that the compiler does not allow to be ignored.
template <class T>
class [[nodiscard]] Result : public std::expected<T, Error> {
public:
    using std::expected<T, Error>::expected;
};

using Status = Result<void>;

/// Shorthand for `return std::unexpected(error)`.
inline std::unexpected<Error> failure(Error error) { return std::unexpected(std::move(error)); }

} // namespace hal
