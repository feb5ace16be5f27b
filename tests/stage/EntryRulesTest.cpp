#include "client/stage/EntryRules.h"

#include "client/stage/PayloadForm.h"
#include "client/stage/Refusal.h"
#include "tests/stage/Tar.h"

#include <gtest/gtest.h>

namespace baton::stage {
namespace {

using namespace std::string_literals;

Entry link(const std::string& path, const std::string& target)
{
    return {EntryKind::Link, path, target, 0, false, false};
}
Entry file(const std::string& path) { return {EntryKind::File, path, "", 1, false, false}; }
Entry directory(const std::string& path) { return {EntryKind::Directory, path, "", 0, false, false}; }

bool takes(const Entry& entry)
{
    EntryRules rules{Limits{}};
    try {
        rules.admit(entry);
        return true;
    } catch (const Refusal&) {
        return false;
    }
}

TEST(EntryRules, NamesWhatIsMissingAboveAnEntryOnce)
{
    EntryRules rules{Limits{}};
    const auto first = rules.admit(file("./a//b/./c"));
    EXPECT_EQ(first.path, "a/b/c");
    EXPECT_EQ(first.missingParents, (std::vector<std::string>{"a", "a/b"}));
    EXPECT_TRUE(rules.admit(file("a/b/d")).missingParents.empty());
    EXPECT_TRUE(rules.admit(directory("a/b/")).standsAlready);
    EXPECT_THROW(rules.admit(directory("a/b")), Refusal);
    EXPECT_EQ(rules.admit(directory("./")).path, "");
}

TEST(EntryRules, LetsALinkPointAnywhereInside)
{
    for (const auto* target : {"b", "./b", "b/c/d", "..", "../..", "../../x", ".././../x/y", "."})
        EXPECT_TRUE(takes(link("a/b/l", target))) << target;
    for (const auto* target : {"../../..", "../../../a/b", "/a", "b/..", "../x/../y", "b/./../c", ""})
        EXPECT_FALSE(takes(link("a/b/l", target))) << target;
    EXPECT_FALSE(takes(link("a/./l", "../.."))); // "." makes a path no deeper.
    EXPECT_FALSE(takes(link("a//l", "../..")));
}

TEST(EntryRules, CountsTheDepthAndTheLengthUpToTheLimit)
{
    std::string path;
    for (int i = 0; i < 31; ++i) path += "d/";
    EXPECT_TRUE(takes(file(path + "f")));
    EXPECT_FALSE(takes(file(path + "d/f")));
    EXPECT_TRUE(takes(file(std::string(255, 'n'))));
    EXPECT_FALSE(takes(file(std::string(256, 'n'))));
}

TEST(EntryRules, ReserveTheReleaseFileAtTheTopOnly)
{
    EXPECT_FALSE(takes(file(".baton-release.json")));
    EXPECT_FALSE(takes(file(".baton-release.json/x")));
    EXPECT_TRUE(takes(file("backup/.baton-release.json")));
}

TEST(EntryRules, CountFilesTogether)
{
    Limits limits;
    limits.bytes = 10;
    EntryRules rules(limits);
    rules.admit({EntryKind::File, "a", "", 6, false, false});
    EXPECT_THROW(rules.admit({EntryKind::File, "b", "", 5, false, false}), Refusal);
    rules.admit({EntryKind::File, "c", "", 4, false, false});
}

TEST(PayloadForm, IsToldByTheFirstBytes)
{
    EXPECT_EQ(formOf("\x7F"
                     "ELF\2\1"s),
              (PayloadForm{FormKind::Executable, Compression::None}));
    EXPECT_EQ(formOf("#!/bin/sh"), (PayloadForm{FormKind::Executable, Compression::None}));
    EXPECT_EQ(formOf("\x1F\x8B\x08"), (PayloadForm{FormKind::Archive, Compression::Gzip}));
    EXPECT_EQ(formOf("\x28\xB5\x2F\xFD"), (PayloadForm{FormKind::Archive, Compression::Zstd}));
    EXPECT_EQ(formOf("\xFD"
                     "7zXZ\0"s),
              (PayloadForm{FormKind::Archive, Compression::Xz}));
    EXPECT_EQ(formOf(std::string(257, 'x') + "ustar  "), (PayloadForm{FormKind::Archive, Compression::None}));
    for (const auto& text : {"BZh91AY"s, "LZIP\1"s, "\x04\x22\x4D\x18"s, "7z\xBC\xAF\x27\x1C"s})
        EXPECT_EQ(formOf(text).kind, FormKind::Foreign) << text;
    auto oldest = tar({{"f", "x"}}).substr(0, FormBytes);
    EXPECT_EQ(formOf(oldest).kind, FormKind::Archive);
    oldest.replace(257, 8, 8, '\0'); // The oldest tar has no magic there.
    EXPECT_EQ(formOf(oldest).kind, FormKind::File) << "the sum is wrong";
    EXPECT_EQ(formOf(withChecksum(oldest)), (PayloadForm{FormKind::Archive, Compression::None}));
    EXPECT_EQ(formOf(withChecksum(oldest).substr(0, FormBytes - 1)).kind, FormKind::File);
    for (const auto& text : {""s, "#"s, "PK\3\4"s, "LRZI"s, std::string(257, 'x'), std::string(258, 'x') + "ustar"})
        EXPECT_EQ(formOf(text).kind, FormKind::File) << text;
}

} // namespace
} // namespace baton::stage
