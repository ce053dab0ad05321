// An optional value whose copies share it: handing on a registry of 2 MiB costs as much as handing on a number.
// It owns the sharing and nothing of the value's meaning; who reads never sees another holder's change.
#pragma once

#include <memory>
#include <optional>
#include <utility>

namespace agent {

template <class Value>
class SharedValue {
public:
    SharedValue() = default;
    // NOLINTBEGIN(google-explicit-constructor): as std::optional
    SharedValue(std::nullopt_t) {}
    SharedValue(Value value) : value_(std::make_shared<Value>(std::move(value))) {}
    // NOLINTEND(google-explicit-constructor)

    [[nodiscard]] explicit operator bool() const { return value_ != nullptr; }
    [[nodiscard]] const Value& operator*() const { return *value_; }
    [[nodiscard]] const Value* operator->() const { return value_.get(); }
    void reset() { value_.reset(); }

    /// The value of this holder alone, made by a copy when others share it. Only for a holder that has a value.
    [[nodiscard]] Value& edit() {
        if (value_.use_count() > 1) {
            value_ = std::make_shared<Value>(*value_);
        }
        return *value_;
    }

    [[nodiscard]] bool operator==(const SharedValue& other) const {
        return value_ == other.value_ || (value_ && other.value_ && *value_ == *other.value_);
    }

private:
    std::shared_ptr<Value> value_; ///< changed only while this is its only holder
};

} // namespace agent
