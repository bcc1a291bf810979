// SPDX-License-Identifier: GPL-2.0-only
// Netlink messages: built, and taken apart whatever they hold.
#include "source/message.hpp"

#include <gtest/gtest.h>
#include <linux/netlink.h>

#include "fake_netlink.hpp"

namespace igbtune::source {
namespace {

Bytes bytes(std::initializer_list<unsigned> values) {
    Bytes result;
    for (const unsigned value : values) {
        result.push_back(static_cast<std::byte>(value));
    }
    return result;
}

TEST(Message, ReadsBackAsItWasBuilt) {
    Message message(17, NLM_F_REQUEST);
    message.put(1, 0x12345678U);
    message.put(2, std::string_view("eth0"));
    message.nest(3, [&] {
        message.put(4, 7U);
        message.put_flag(5);
    });
    const auto header = header_of<nlmsghdr>(message.bytes());
    ASSERT_TRUE(header);
    EXPECT_EQ(header->nlmsg_type, 17);
    EXPECT_EQ(header->nlmsg_len, message.bytes().size());
    const Attributes attributes(after(message.bytes(), sizeof(nlmsghdr)));
    EXPECT_EQ(attributes.u32(1), 0x12345678U);
    EXPECT_EQ(attributes.text(2), "eth0");
    EXPECT_EQ(attributes.nested(3).u32(4), 7U);
    EXPECT_NE(attributes.nested(3).find(5), nullptr);
    EXPECT_EQ(attributes.find(6), nullptr);
    EXPECT_EQ(attributes.u32(6), std::nullopt);
    EXPECT_EQ(attributes.text(6), std::nullopt);
    EXPECT_EQ(attributes.nested(6).begin(), attributes.nested(6).end());
}

TEST(Message, ThatOutgrewItsMemoryIsEmpty) {
    Message message(17, 0);
    const std::string name(2000, 'x');
    for (int count = 0; count < 40; ++count) {
        message.put(1, std::string_view(name));
    }
    EXPECT_TRUE(message.bytes().empty());
}

TEST(Attributes, EndWhereALengthIsWrong) {
    // A good one of 8 bytes, then one that says it is longer than what is left.
    const Bytes beyond = bytes({8, 0, 1, 0, 5, 0, 0, 0, 9, 0, 2, 0, 1, 1, 1, 1});
    const Attributes attributes(beyond);
    EXPECT_EQ(std::distance(attributes.begin(), attributes.end()), 1);
    EXPECT_EQ(attributes.u32(1), 5U);
    // Shorter than its own header: without care this would never end.
    const Bytes none = bytes({0, 0, 1, 0, 3, 0, 1, 0});
    EXPECT_EQ(Attributes(none).find(1), nullptr);
    // Three bytes are no header.
    EXPECT_EQ(Attributes(bytes({8, 0, 1})).find(1), nullptr);
}

TEST(Attributes, OfTheWrongSizeHaveNoNumber) {
    const Bytes odd = bytes({7, 0, 1, 0, 1, 2, 3, 0, 4, 0, 2, 0});
    const Attributes attributes(odd);
    EXPECT_EQ(attributes.unsigned_number(1), std::nullopt);
    EXPECT_EQ(attributes.u32(1), std::nullopt);
    EXPECT_EQ(attributes.unsigned_number(2), std::nullopt);
    EXPECT_EQ(attributes.text(2), "");
}

TEST(Attributes, NumbersHaveTheSizeTheyCameWith) {
    const Bytes mixed = bytes({5,  0, 1, 0, 200, 0, 0, 0,                // u8
                               6,  0, 2, 0, 1,   1, 0, 0,                // u16
                               12, 0, 3, 0, 0,   0, 0, 0, 1, 0, 0, 0});  // u64
    const Attributes attributes(mixed);
    EXPECT_EQ(attributes.unsigned_number(1), 200U);
    EXPECT_EQ(attributes.unsigned_number(2), 257U);
    EXPECT_EQ(attributes.unsigned_number(3), 1ULL << 32);
}

TEST(Attributes, TextEndsAtItsNulOrAtItsEnd) {
    const Bytes open = bytes({6, 0, 1, 0, 'l', 'o', 0, 0, 9, 0, 2, 0, 'a', 0, 'b', 'c', 'd'});
    EXPECT_EQ(Attributes(open).text(1), "lo");
    EXPECT_EQ(Attributes(open).text(2), "a");
}

TEST(After, IsEmptyBehindTheEnd) {
    EXPECT_TRUE(after(bytes({1, 2, 3}), 4).empty());
    EXPECT_TRUE(after(bytes({1, 2, 3, 4}), 3).empty());
    EXPECT_EQ(after(bytes({1, 2, 3, 4, 5}), 3).size(), 1U);
    EXPECT_TRUE(after({}, 0).empty());
}

}  // namespace
}  // namespace igbtune::source
