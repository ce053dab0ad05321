// The shapes of identifiers, and the strings that vendors leave where an identifier should be.
#include "hal/base/identifiers.hpp"

#include "tests/cpputest.hpp"

#include <string>

TEST_GROUP(Identifiers){};

TEST(Identifiers, KnowsAMachineId) {
    CHECK_TRUE(hal::isMachineId("0f1e2d3c4b5a69788796a5b4c3d2e1f0"));
    CHECK_FALSE(hal::isMachineId(""));
    CHECK_FALSE(hal::isMachineId("uninitialized"));
    CHECK_FALSE(hal::isMachineId("00000000000000000000000000000000"));
    CHECK_FALSE(hal::isMachineId("0F1E2D3C4B5A69788796A5B4C3D2E1F0"));
    CHECK_FALSE(hal::isMachineId("0f1e2d3c4b5a69788796a5b4c3d2e1f"));
}

TEST(Identifiers, KnowsWhatNobodyFilledIn) {
    for (const char* text :
         {"To Be Filled By O.E.M.", "Default string", " default string ", "System Serial Number", "None", "0",
          "00000000", "0123456789", "............", ""}) {
        CHECK_TRUE_TEXT(hal::isDmiPlaceholder(text), text);
    }
    for (const char* text : {"G6PA123000XY", "NUC11PAHi5", "Intel(R) Client Systems", "00000001"}) {
        CHECK_FALSE_TEXT(hal::isDmiPlaceholder(text), text);
    }
}

TEST(Identifiers, KnowsAContainerId) {
    const std::string id = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";
    CHECK_TRUE(hal::isContainerId(id));
    CHECK_FALSE(hal::isContainerId(id.substr(1)));
    CHECK_FALSE(hal::isContainerId(id + "0"));
    CHECK_FALSE(hal::isContainerId("../../../etc/passwd" + id.substr(19)));
    CHECK_FALSE(hal::isContainerId("A" + id.substr(1)));
}
