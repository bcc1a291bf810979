// SPDX-License-Identifier: GPL-2.0-only
#include "util/text.hpp"

#include <gtest/gtest.h>

#include <limits>

#include "util/cpu_set.hpp"

namespace igbtune::util {
namespace {

using Parts = std::vector<std::string_view>;

TEST(Text, IsCutIntoLinesWordsAndParts) {
    EXPECT_EQ(lines("a\nb\n"), (Parts{"a", "b"}));
    EXPECT_EQ(lines("a\n\nb"), (Parts{"a", "", "b"}));
    EXPECT_EQ(lines(""), Parts{});
    EXPECT_EQ(words("  a\tb  c \n"), (Parts{"a", "b", "c"}));
    EXPECT_EQ(words(" \t"), Parts{});
    EXPECT_EQ(split("a,,b,", ','), (Parts{"a", "", "b", ""}));
    EXPECT_EQ(trim(" \t a b\n"), "a b");
    EXPECT_EQ(trim("\n"), "");
}

TEST(Text, NumbersAreWholeOrNothing) {
    EXPECT_EQ(number<unsigned>("0"), 0U);
    EXPECT_EQ(number<std::uint64_t>("18446744073709551615"),
              std::numeric_limits<std::uint64_t>::max());
    EXPECT_EQ(number<std::uint32_t>("ffffffff", 16), 0xffffffffU);
    EXPECT_EQ(number<int>("-5"), -5);
    EXPECT_EQ(number<double>("0.25"), 0.25);
    for (const char* const text : {"", " 1", "1 ", "+1", "-1", "0x1", "1.0", "4294967296"}) {
        EXPECT_EQ(number<std::uint32_t>(text), std::nullopt) << "'" << text << "'";
    }
}

TEST(Text, NumbersAreGroupedByThousands) {
    EXPECT_EQ(grouped(0), "0");
    EXPECT_EQ(grouped(999), "999");
    EXPECT_EQ(grouped(1000), "1,000");
    EXPECT_EQ(grouped(123456), "123,456");
    EXPECT_EQ(grouped(std::numeric_limits<std::uint64_t>::max()), "18,446,744,073,709,551,615");
}

TEST(Text, DecimalsAreFixed) {
    EXPECT_EQ(fixed(12.5, 1), "12.5");
    EXPECT_EQ(fixed(100.0, 1), "100.0");
    EXPECT_EQ(fixed(1.0 / 3, 2), "0.33");
    EXPECT_EQ(fixed(std::numeric_limits<double>::max(), 1).size(), 311U);
}

TEST(Text, WhatATerminalWouldObeyIsShownAsQuestionMark) {
    EXPECT_EQ(printable("eth0"), "eth0");
    EXPECT_EQ(printable("a\033[2Jb\n\x7f\xff"), "a?[2Jb???");
}

TEST(Text, EditDistanceCountsInsertDeleteReplaceAndSwap) {
    EXPECT_EQ(edit_distance("eth0", "eth0"), 0U);
    EXPECT_EQ(edit_distance("eth0", "eth"), 1U);
    EXPECT_EQ(edit_distance("eth0", "eth10"), 1U);
    EXPECT_EQ(edit_distance("eth0", "eth1"), 1U);
    EXPECT_EQ(edit_distance("eht0", "eth0"), 1U);
    EXPECT_EQ(edit_distance("", "abc"), 3U);
    EXPECT_EQ(edit_distance("kitten", "sitting"), 3U);
}

TEST(Text, SuggestsTheNearestNameIfOneIsNear) {
    const std::vector<std::string> devices{"lo", "eth0", "eth1", "enp1s0f0"};
    EXPECT_EQ(did_you_mean("eht0", devices), "eth0");
    EXPECT_EQ(did_you_mean("ETH1", devices), "eth1");
    EXPECT_EQ(did_you_mean("enp1s0f1", devices), "enp1s0f0");
    EXPECT_EQ(did_you_mean("l", devices), "lo");
    EXPECT_EQ(did_you_mean("wlan0", devices), std::nullopt);
    EXPECT_EQ(did_you_mean("xy", devices), std::nullopt);
    EXPECT_EQ(did_you_mean("eth0", std::vector<std::string>{}), std::nullopt);
}

TEST(CpuSet, ReadsMasks) {
    EXPECT_EQ(CpuSet::from_mask("0\n")->list(), "");
    EXPECT_EQ(CpuSet::from_mask("1")->list(), "0");
    EXPECT_EQ(CpuSet::from_mask("f0")->list(), "4-7");
    EXPECT_EQ(CpuSet::from_mask("00000001,00000003")->list(), "0-1,32");
    EXPECT_EQ(CpuSet::from_mask("80000000,00000000,00000000")->list(), "95");
}

TEST(CpuSet, ReadsLists) {
    EXPECT_EQ(CpuSet::from_list("\n")->list(), "");
    EXPECT_EQ(CpuSet::from_list("0-3,8\n")->list(), "0-3,8");
    EXPECT_EQ(CpuSet::from_list("3,1,2")->list(), "1-3");
    EXPECT_EQ(CpuSet::from_list("0-3")->size(), 4U);
    EXPECT_EQ(*CpuSet::from_list("5"), CpuSet{5});
    EXPECT_TRUE(CpuSet::from_list("5")->contains(5));
}

TEST(CpuSet, RefusesWhatNoKernelWrites) {
    for (const char* const mask : {"", "g", "1,", ",1", "100000000", "1 2", "-1"}) {
        EXPECT_FALSE(CpuSet::from_mask(mask).ok()) << "'" << mask << "'";
    }
    for (const char* const list : {"a", "1-", "-1", "3-1", "1,,2", "0-4294967295", "99999"}) {
        EXPECT_FALSE(CpuSet::from_list(list).ok()) << "'" << list << "'";
    }
    std::string endless = "1";
    for (int group = 0; group < 3000; ++group) {
        endless += ",00000000";
    }
    EXPECT_FALSE(CpuSet::from_mask(endless).ok());
}

}  // namespace
}  // namespace igbtune::util
