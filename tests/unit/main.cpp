// Runs the unit tests. It owns what has to happen before the first one: lazy statics are created, because
// a test that creates them looks as if it leaked, and under a sanitizer CppUTest's own memory bookkeeping
// makes room for the better one.
#include "agent/runtime/log.hpp"
#include "tests/cpputest.hpp"
#include "tests/unit/seed.hpp"

#include <CppUTest/CommandLineTestRunner.h>
#include <CppUTest/MemoryLeakWarningPlugin.h>
#include <nlohmann/json.hpp>

#include <cerrno>
#include <sstream>
#include <system_error>

namespace {

void createLazyStatics() {
    // Tests look at values, not at logs.
    agent::setUpLog("off", false);
    std::ostringstream stream;
    stream << std::generic_category().message(EINVAL) << nlohmann::json{{"warm", 1.5}}.dump();
}

} // namespace

int main(int argc, char** argv) {
#ifdef __SANITIZE_ADDRESS__
    MemoryLeakWarningPlugin::turnOffNewDeleteOverloads();
#endif
    createLazyStatics();
    seed::ofThisRun();
    return CommandLineTestRunner::RunAllTests(argc, argv);
}
