// The parts of image references, and texts that are none.
#include "agent/config/image_reference.hpp"

#include "tests/cpputest.hpp"

using agent::ImageReference;
using agent::parseImageReference;

TEST_GROUP(ImageReferences){};

TEST(ImageReferences, KnowsNameTagAndDigest) {
    CHECK_TRUE((ImageReference{"crate", "6.4.5", {}} == parseImageReference("crate:6.4.5")));
    CHECK_TRUE((ImageReference{"docker.io/library/crate", {}, {}} ==
                parseImageReference("docker.io/library/crate")));
    CHECK_TRUE((ImageReference{"lab:5000/crate", {}, {}} == parseImageReference("lab:5000/crate")));
    CHECK_TRUE((ImageReference{"lab:5000/crate", "6.4", "sha256:01"} ==
                parseImageReference("lab:5000/crate:6.4@sha256:01")));
    CHECK_TRUE((ImageReference{"crate", {}, "sha256:01"} == parseImageReference("crate@sha256:01")));
}

TEST(ImageReferences, OnlyADigestOrAVersionPins) {
    for (const char* const text :
         {"crate:6.4.5", "crate@sha256:01", "crate:latest@sha256:01", "lab:5000/crate:6"}) {
        CHECK_TRUE_TEXT(parseImageReference(text)->isPinned(), text);
    }
    for (const char* const text : {"crate", "crate:latest", "lab:5000/crate"}) {
        CHECK_FALSE_TEXT(parseImageReference(text)->isPinned(), text);
    }
}

TEST(ImageReferences, RefusesWhatNoRegistryCanHave) {
    for (const char* const text :
         {"", ":", "@", "/", "crate:", "crate@", ":6.4", "crate 6.4", "crate\n", "--all", "crate?tag=1"}) {
        CHECK_FALSE_TEXT(parseImageReference(text).has_value(), text);
    }
}
