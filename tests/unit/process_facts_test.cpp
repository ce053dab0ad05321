// What the kernel writes about processes, and the texts it would never write.
#include "hal/crate/process_facts.hpp"

#include "tests/cpputest.hpp"

TEST_GROUP(ProcessFacts){};

TEST(ProcessFacts, AGroupsProcessesAreReadInOrder) {
    CHECK_TRUE((std::vector<int>{17, 4711, 3} == hal::parseCgroupProcesses("17\n4711\n3\n")));
}

TEST(ProcessFacts, AnEmptyGroupHasNoProcesses) { CHECK_TRUE(hal::parseCgroupProcesses("").empty()); }

TEST(ProcessFacts, ProcessesOfOtherNamespacesAndBrokenLinesAreLeftOut) {
    CHECK_TRUE((std::vector<int>{5, 6}) ==
               hal::parseCgroupProcesses("0\n5\n-7\nx\n\n99999999999999999999\n6"));
}

TEST(ProcessFacts, AContainersMainProcessIsTheFirstOfItsNamespace) {
    const auto place = hal::parseProcessStatus("Name:\tjava\nPid:\t4711\nPPid:\t4690\nTracerPid:\t0\n"
                                               "NStgid:\t4711\t1\nNSpid:\t4711\t1\nNSpgid:\t4711\t1\n");
    CHECK_TRUE(place.has_value());
    LONGS_EQUAL(4690, place->parent);
    CHECK_TRUE(place->firstOfNamespace);
}

TEST(ProcessFacts, AProcessThatWasAddedToAContainerIsNotItsFirst) {
    const auto place = hal::parseProcessStatus("Name:\tsh\nPPid:\t4690\nNSpid:\t4800\t11\n");
    CHECK_TRUE(place && !place->firstOfNamespace);
}

TEST(ProcessFacts, ProcessOneOfOurOwnNamespaceIsNotAContainer) {
    const auto place = hal::parseProcessStatus("Name:\tsystemd\nPPid:\t0\nNSpid:\t1\n");
    CHECK_TRUE(place && !place->firstOfNamespace);
}

TEST(ProcessFacts, AStatusWithoutNamespacesStillContainsTheParent) {
    const auto place = hal::parseProcessStatus("Name:\tjava\nPPid:\t7\n");
    CHECK_TRUE(place && place->parent == 7 && !place->firstOfNamespace);
}

TEST(ProcessFacts, ANameThatImitatesALineDecidesNothing) {
    // The kernel escapes newlines in names, but a name may hold everything else.
    const auto place = hal::parseProcessStatus("Name:\tPPid: 9\nPPid:\t7\nNSpid:\t8\t2\n");
    CHECK_TRUE(place && place->parent == 7);
}

TEST(ProcessFacts, ATextWithoutAReadableParentIsNotAStatus) {
    CHECK_TRUE(!hal::parseProcessStatus(""));
    CHECK_TRUE(!hal::parseProcessStatus("Name:\tjava\nPPi"));
    CHECK_TRUE(!hal::parseProcessStatus("PPid:\tnone\nNSpid:\t4\t1\n"));
    CHECK_TRUE(!hal::parseProcessStatus("PPid:\n"));
}
