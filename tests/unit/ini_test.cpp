// The dialect of systemd's files: what a line means, and the error for one that means nothing.
#include "agent/config/ini.hpp"

#include "tests/cpputest.hpp"

using agent::parseIni;

TEST_GROUP(Ini){
    static std::string onlyError(std::string_view text){const auto ini = parseIni("/etc/x.conf", text);
LONGS_EQUAL(1, ini.errors.size());
return ini.errors.empty() ? "" : ini.errors.front().text();
}
}
;

TEST(Ini, AnAssignmentKeepsItsSectionAndItsPlace) {
    const auto ini = parseIni("/etc/x.conf", "[Node]\nName=n1\n\n[Etcd]\nUser = root \n");
    CHECK_TRUE(ini.errors.empty());
    LONGS_EQUAL(2, ini.entries.size());
    CHECK_TRUE((agent::IniEntry{{"/etc/x.conf", 2}, "Node", "Name", "n1"} == ini.entries[0]));
    CHECK_TRUE((agent::IniEntry{{"/etc/x.conf", 5}, "Etcd", "User", "root"} == ini.entries[1]));
}

TEST(Ini, AnEmptyTextHasNothing) {
    for (const char* const text : {"", "\n", "\n\n  \t\n"}) {
        const auto ini = parseIni("f", text);
        CHECK_TRUE(ini.entries.empty() && ini.errors.empty());
    }
}

TEST(Ini, CommentsByHashAndSemicolonAreSkippedAlsoAfterBlanks) {
    const auto ini = parseIni("f", "# a=b\n; c=d\n   # e=f\n[S]\nk=v # not a comment\n");
    CHECK_TRUE(ini.errors.empty());
    LONGS_EQUAL(1, ini.entries.size());
    CHECK_EQUAL("v # not a comment", ini.entries[0].value);
}

TEST(Ini, ABackslashJoinsLinesWithABlank) {
    const auto ini = parseIni("f", "[S]\nk=one\\\n  two \\\nthree\nl=4\n");
    LONGS_EQUAL(2, ini.entries.size());
    CHECK_EQUAL("one two  three", ini.entries[0].value);
    LONGS_EQUAL(2, ini.entries[0].place.line); // the line where the assignment begins
    LONGS_EQUAL(5, ini.entries[1].place.line);
}

TEST(Ini, ACommentInsideOfAJoinedLineIsSkipped) {
    const auto ini = parseIni("f", "[S]\nk=one\\\n# of another kind\n; and this \\\ntwo\n");
    LONGS_EQUAL(1, ini.entries.size());
    CHECK_EQUAL("one two", ini.entries[0].value);
}

TEST(Ini, AnEmptyLineEndsAJoinedLine) {
    const auto ini = parseIni("f", "[S]\nk=one\\\n\nl=2\n");
    LONGS_EQUAL(2, ini.entries.size());
    CHECK_EQUAL("one", ini.entries[0].value);
    CHECK_EQUAL("l", ini.entries[1].key);
}

TEST(Ini, ABackslashAtTheEndOfTheFileJoinsNothing) {
    const auto ini = parseIni("f", "[S]\nk=one\\");
    CHECK_TRUE(ini.errors.empty());
    LONGS_EQUAL(1, ini.entries.size());
    CHECK_EQUAL("one", ini.entries[0].value);
}

TEST(Ini, LineEndsOfWindowsAreTaken) {
    const auto ini = parseIni("f", "[S]\r\nk=v\r\nl=one\\\r\ntwo\r\n");
    CHECK_TRUE(ini.errors.empty());
    LONGS_EQUAL(2, ini.entries.size());
    CHECK_EQUAL("v", ini.entries[0].value);
    CHECK_EQUAL("one two", ini.entries[1].value);
}

TEST(Ini, TheLastLineNeedsNoEnd) {
    const auto ini = parseIni("f", "[S]\nk=v");
    LONGS_EQUAL(1, ini.entries.size());
}

TEST(Ini, AnEmptyAssignmentIsAnEntryWithAnEmptyValue) {
    const auto ini = parseIni("f", "[S]\nk=\nl=  \n");
    LONGS_EQUAL(2, ini.entries.size());
    CHECK_EQUAL("", ini.entries[0].value);
    CHECK_EQUAL("", ini.entries[1].value);
}

TEST(Ini, AValueMayHoldEqualsSigns) {
    const auto ini = parseIni("f", "[S]\nk=a=b=c\n");
    CHECK_EQUAL("k", ini.entries[0].key);
    CHECK_EQUAL("a=b=c", ini.entries[0].value);
}

TEST(Ini, AnAssignmentBeforeAnySectionHasNone) {
    const auto ini = parseIni("f", "k=v\n");
    LONGS_EQUAL(1, ini.entries.size());
    CHECK_EQUAL("", ini.entries[0].section);
}

TEST(Ini, ALineThatIsNotAnAssignmentIsAnErrorWithItsPlace) {
    CHECK_EQUAL("/etc/x.conf:2: expected Key=Value, found \"nonsense\"", onlyError("[S]\nnonsense\n"));
    CHECK_EQUAL("/etc/x.conf:1: expected Key=Value, found \"=v\"", onlyError("=v"));
}

TEST(Ini, ABrokenSectionIsAnErrorAndTheOneBeforeStays) {
    for (const std::string line : {"[", "[]", "[Node", "[Node] trailing"}) {
        const auto ini = parseIni("f", "[S]\n" + line + "\nk=v\n");
        LONGS_EQUAL(1, ini.errors.size());
        CHECK_EQUAL("f:2: expected a section like [Etcd], found \"" + line + "\"", ini.errors[0].text());
        LONGS_EQUAL(1, ini.entries.size());
        CHECK_EQUAL("S", ini.entries[0].section);
    }
}

TEST(Ini, AllWrongLinesAreReportedAndTheRightOnesKept) {
    const auto ini = parseIni("f", "one\n[S]\nk=v\ntwo\n[\nl=w\n");
    LONGS_EQUAL(3, ini.errors.size());
    LONGS_EQUAL(1, ini.errors[0].place.line);
    LONGS_EQUAL(4, ini.errors[1].place.line);
    LONGS_EQUAL(5, ini.errors[2].place.line);
    LONGS_EQUAL(2, ini.entries.size());
}

TEST(Ini, AZeroByteIsNotText) {
    using namespace std::string_view_literals;
    CHECK_EQUAL("/etc/x.conf:1: expected a line of text of at most 64 KiB", onlyError("k=a\0b\n"sv));
}

TEST(Ini, ALineOver64KiBIsRefusedAndNotQuoted) {
    const std::string longest = "k=" + std::string(64 * 1024 - 2, 'x');
    CHECK_TRUE(parseIni("f", longest).errors.empty());
    CHECK_EQUAL("/etc/x.conf:1: expected a line of text of at most 64 KiB", onlyError(longest + "x"));
}

TEST(Ini, ALineJoinedOver64KiBIsRefusedToo) {
    std::string text = "k=";
    for (int piece = 0; piece < 70; ++piece) {
        text += std::string(1024, 'x') + "\\\n";
    }
    CHECK_EQUAL("/etc/x.conf:1: expected a line of text of at most 64 KiB", onlyError(text));
}

TEST(Ini, BytesOfABinaryFileBringNoHarm) {
    std::string bytes;
    for (int value = 0; value < 256; ++value) {
        bytes += static_cast<char>(value);
    }
    for (const auto& error : parseIni("f", bytes).errors) {
        CHECK_TRUE(error.place.line > 0);
    }
}

TEST(Ini, AnErrorWithoutALineNamesOnlyTheFile) {
    CHECK_EQUAL("f: [S] k: expected this", (agent::ConfigError{{"f", 0}, "[S] k", "expected this"}.text()));
}
