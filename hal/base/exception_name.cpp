// Keeps the demangler of C++ names out of the static binaries: 47 kB that only the runtime's last words call, which
// then name an exception nobody caught as "St9bad_alloc" and still print its what().
#include <cstddef>

/// Takes the place of the runtime's own, see the C++ ABI, chapter 3.4; status -2 says that the name is not readable.
// NOLINTNEXTLINE(readability-identifier-naming): the name is the ABI's
extern "C" char* __cxa_demangle(const char*, char*, std::size_t*, int* status) {
    constexpr int kNotReadable = -2;
    *status = kNotReadable;
    return nullptr;
}
