// The only way into CppUTest: its headers, and how the project's own values print when a check fails.
// CppUTest's `new` macro breaks every standard header behind it, so it is switched off at compile time.
// Leaks are still found: the counting operators live in libCppUTest.a, only file and line are lost.
#pragma once

#ifndef CPPUTEST_MEM_LEAK_DETECTION_DISABLED
#error "compile tests with -DCPPUTEST_MEM_LEAK_DETECTION_DISABLED, as the Makefile does"
#endif

#include "hal/base/result.hpp"

#include <CppUTest/TestHarness.h>

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

// CHECK_EQUAL finds these by overload resolution, so they have to be in the global namespace or in that
// of the value. For a type of your own write StringFrom() beside it, in its namespace.

inline SimpleString StringFrom(std::string_view value) { return SimpleString(std::string(value).c_str()); }

template <class Rep, class Period>
SimpleString StringFrom(std::chrono::duration<Rep, Period> value) {
    const auto exact = std::chrono::duration_cast<std::chrono::nanoseconds>(value);
    return SimpleString((std::to_string(exact.count()) + " ns").c_str());
}

template <class Value>
SimpleString StringFrom(const std::optional<Value>& value) {
    return value ? StringFrom(*value) : SimpleString("nothing");
}

template <class Value>
SimpleString StringFrom(const std::vector<Value>& values) {
    SimpleString text("[");
    for (const auto& value : values) {
        text += text.size() == 1 ? "" : ", ";
        text += StringFrom(value);
    }
    text += "]";
    return text;
}

namespace hal {

inline SimpleString StringFrom(const Error& error) { return SimpleString(error.text().c_str()); }

} // namespace hal

/// Fails with the error's own words when a Result or Status holds no value.
#define CHECK_OK(result)                                                                                     \
    do {                                                                                                     \
        const auto& checkedResult_ = (result);                                                               \
        if (!checkedResult_) {                                                                               \
            FAIL(("expected a value, got the error: " + checkedResult_.error().text()).c_str());             \
        }                                                                                                    \
    } while (false)

/// Fails when the Result or Status holds a value, or when its error does not say `part`.
#define CHECK_FAILS(part, result)                                                                            \
    do {                                                                                                     \
        const auto& checkedResult_ = (result);                                                               \
        CHECK_TRUE_TEXT(!checkedResult_, "expected an error, got a value");                                  \
        if (!checkedResult_) {                                                                               \
            STRCMP_CONTAINS(part, checkedResult_.error().text().c_str());                                    \
        }                                                                                                    \
    } while (false)
