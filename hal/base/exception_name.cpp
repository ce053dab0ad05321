// Keeps the demangler of C++ names out of the static binaries: 47 kB that only std::terminate's message uses. It then
// names an uncaught exception "St9bad_alloc" and still prints its what().
#include <cstddef>

/// Replaces the runtime's own, see the C++ ABI, chapter 3.4; status -2 means that the name is not demangled.
// NOLINTNEXTLINE(readability-identifier-naming): the name is the ABI's
extern "C" char* __cxa_demangle(const char*, char*, std::size_t*, int* status) {
    constexpr int kNotReadable = -2;
    *status = kNotReadable;
    return nullptr;
}
