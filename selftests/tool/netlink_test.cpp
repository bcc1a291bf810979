// SPDX-License-Identifier: GPL-2.0-only
// The kernel's answers, datagram by datagram; families by name.
#include "source/netlink.hpp"

#include <gtest/gtest.h>
#include <linux/netlink.h>

#include <cstring>
#include <limits>

#include "fake_netlink.hpp"
#include "source/generic_netlink.hpp"

namespace igbtune::source {
namespace {

using test::command_of;
using test::FakeNetlink;
using test::generic_reply;
using util::ErrorKind;

constexpr std::uint32_t sequence = 7;

template <typename... Parts>
Bytes datagram(std::uint16_t type, std::uint16_t flags, std::uint32_t number,
               const Parts&... parts) {
    Bytes bytes(sizeof(nlmsghdr));
    [[maybe_unused]] const auto add = [&](const auto& part) {
        const auto* const from = reinterpret_cast<const std::byte*>(&part);
        bytes.insert(bytes.end(), from, from + sizeof(part));
    };
    (add(parts), ...);
    nlmsghdr header{};
    header.nlmsg_len = static_cast<std::uint32_t>(bytes.size());
    header.nlmsg_type = type;
    header.nlmsg_flags = flags;
    header.nlmsg_seq = number;
    std::memcpy(bytes.data(), &header, sizeof(header));
    return bytes;
}

Bytes operator+(Bytes left, const Bytes& right) {
    left.insert(left.end(), right.begin(), right.end());
    return left;
}

Bytes acknowledgement(int error) {
    nlmsgerr verdict{};
    verdict.error = error;
    verdict.msg.nlmsg_len = sizeof(nlmsghdr);
    return datagram(NLMSG_ERROR, NLM_F_CAPPED, sequence, verdict);
}

TEST(ReplyReader, TakesRepliesUntilTheAcknowledgement) {
    ReplyReader reader(sequence);
    const auto first = reader.take(datagram(20, 0, sequence, std::uint32_t{5}));
    ASSERT_TRUE(first.ok());
    EXPECT_FALSE(*first);
    const auto second =
        reader.take(datagram(20, 0, sequence, std::uint32_t{6}) + acknowledgement(0));
    ASSERT_TRUE(second.ok());
    EXPECT_TRUE(*second);
    EXPECT_EQ(std::move(reader).replies().size(), 2U);
}

TEST(ReplyReader, TakesADumpUntilItIsDone) {
    ReplyReader reader(sequence);
    const auto done = reader.take(datagram(20, NLM_F_MULTI | NLM_F_DUMP_INTR, sequence) +
                                  datagram(NLMSG_DONE, NLM_F_MULTI, sequence, 0));
    ASSERT_TRUE(done.ok());
    EXPECT_TRUE(*done);
    EXPECT_TRUE(reader.interrupted());
}

TEST(ReplyReader, LeavesLateAnswersToEarlierQuestionsOut) {
    ReplyReader reader(sequence);
    const auto late = reader.take(datagram(20, 0, sequence - 1) +
                                  datagram(NLMSG_ERROR, 0, sequence - 1, nlmsgerr{}));
    ASSERT_TRUE(late.ok());
    EXPECT_FALSE(*late);
    EXPECT_TRUE(std::move(reader).replies().empty());
}

TEST(ReplyReader, ARefusalIsItsErrorNumber) {
    for (const auto& [number, kind] :
         {std::pair{EPERM, ErrorKind::permission}, std::pair{EACCES, ErrorKind::permission},
          std::pair{ENODEV, ErrorKind::not_found}, std::pair{EOPNOTSUPP, ErrorKind::not_supported},
          std::pair{EINVAL, ErrorKind::failure}}) {
        const auto refused = ReplyReader(sequence).take(acknowledgement(-number));
        ASSERT_FALSE(refused.ok());
        EXPECT_EQ(refused.error().kind, kind) << number;
    }
    const auto dump = ReplyReader(sequence).take(datagram(NLMSG_DONE, 0, sequence, -EOPNOTSUPP));
    ASSERT_FALSE(dump.ok());
    EXPECT_EQ(dump.error().kind, ErrorKind::not_supported);
}

TEST(ReplyReader, ARefusalShowsTheKernelsWords) {
    Message words(0, 0);
    words.put(NLMSGERR_ATTR_MSG, std::string_view("no such queue"));
    const ByteView attributes = after(words.bytes(), sizeof(nlmsghdr));

    nlmsgerr verdict{};
    verdict.error = -EINVAL;
    // The kernel sends the request back, or only its header if asked to.
    for (const bool capped : {true, false}) {
        const std::uint64_t body = 0;
        verdict.msg.nlmsg_len = sizeof(nlmsghdr) + (capped ? 0 : sizeof(body));
        const auto flags = static_cast<std::uint16_t>(NLM_F_ACK_TLVS | (capped ? NLM_F_CAPPED : 0));
        Bytes bytes = capped ? datagram(NLMSG_ERROR, flags, sequence, verdict)
                             : datagram(NLMSG_ERROR, flags, sequence, verdict, body);
        bytes.insert(bytes.end(), attributes.begin(), attributes.end());
        const auto length = static_cast<std::uint32_t>(bytes.size());
        std::memcpy(bytes.data(), &length, sizeof(length));
        const auto refused = ReplyReader(sequence).take(bytes);
        ASSERT_FALSE(refused.ok());
        EXPECT_EQ(refused.error().message, "Invalid argument (no such queue)");
    }
}

TEST(ReplyReader, DamageIsAnError) {
    const Bytes good = datagram(20, 0, sequence, std::uint64_t{1}) + acknowledgement(-EINVAL);
    for (std::size_t length = 1; length < good.size(); ++length) {
        const auto result = ReplyReader(sequence).take(ByteView(good).first(length));
        const bool ends_between_messages = length == sizeof(nlmsghdr) + sizeof(std::uint64_t);
        EXPECT_EQ(result.ok(), ends_between_messages) << length;
    }
    Bytes zero_length = good;
    std::memset(zero_length.data(), 0, sizeof(std::uint32_t));
    EXPECT_FALSE(ReplyReader(sequence).take(zero_length).ok());
    EXPECT_FALSE(ReplyReader(sequence).take(datagram(NLMSG_DONE, 0, sequence)).ok());
    EXPECT_FALSE(ReplyReader(sequence).take(datagram(NLMSG_ERROR, 0, sequence, int{-1})).ok());
    // No error has such a number, and the least of them has no opposite.
    for (const int number : {EPERM, -4096, std::numeric_limits<int>::min()}) {
        const auto refused = ReplyReader(sequence).take(acknowledgement(number));
        ASSERT_FALSE(refused.ok());
        EXPECT_EQ(refused.error().message, "netlink: the kernel's answer is damaged") << number;
    }
    // The request that came back says it is longer than what there is.
    nlmsgerr verdict{};
    verdict.error = -EPERM;
    verdict.msg.nlmsg_len = 0xffffffffU;
    const auto refused =
        ReplyReader(sequence).take(datagram(NLMSG_ERROR, NLM_F_ACK_TLVS, sequence, verdict));
    EXPECT_EQ(refused.error().kind, ErrorKind::permission);
}

TEST(GenericNetlink, AsksForAFamilyOnce) {
    FakeNetlink netlink([](int protocol, ByteView request) -> FakeNetlink::Answer {
        EXPECT_EQ(protocol, NETLINK_GENERIC);
        if (command_of(request) == CTRL_CMD_GETFAMILY) {
            return std::vector<Bytes>{generic_reply([](Message& reply) {
                reply.put(CTRL_ATTR_FAMILY_ID, 33U);
                reply.put(CTRL_ATTR_VERSION, 2U);
            })};
        }
        EXPECT_EQ(header_of<nlmsghdr>(request)->nlmsg_type, 33);
        return std::vector<Bytes>{};
    });
    GenericNetlink generic(netlink);
    EXPECT_TRUE(generic.dump("some", 5, [](Message&) {}).ok());
    EXPECT_TRUE(generic.get("some", 6, [](Message&) {}).ok());
    EXPECT_EQ(netlink.asked, 3);
    EXPECT_EQ(generic.family("some")->version, 2);
}

TEST(GenericNetlink, AFamilyThatTheKernelDoesNotHaveIsNotSupported) {
    FakeNetlink netlink(
        [](int, ByteView) -> FakeNetlink::Answer { return util::error_from_errno(ENOENT, ""); });
    const auto missing = GenericNetlink(netlink).dump("igbr", 1, [](Message&) {});
    ASSERT_FALSE(missing.ok());
    EXPECT_EQ(missing.error().kind, ErrorKind::not_supported);
    EXPECT_EQ(missing.error().message, "this kernel has no netlink family 'igbr'");
}

TEST(GenericNetlink, AnAnswerWithoutIdIsAFailure) {
    FakeNetlink netlink([](int, ByteView) -> FakeNetlink::Answer {
        return std::vector<Bytes>{Bytes(3), generic_reply([](Message& reply) {
                                      reply.put(CTRL_ATTR_FAMILY_ID, 70000U);
                                  })};
    });
    EXPECT_EQ(GenericNetlink(netlink).family("some").error().kind, ErrorKind::failure);
}

TEST(KernelNetlink, RefusesAnUnfinishedRequest) {
    EXPECT_FALSE(KernelNetlink().ask(NETLINK_GENERIC, {}).ok());
}

TEST(KernelNetlink, FindsTheControllerByName) {
    KernelNetlink netlink;
    const auto controller = GenericNetlink(netlink).family("nlctrl");
    ASSERT_TRUE(controller.ok()) << controller.error().message;
    EXPECT_EQ(controller->id, GENL_ID_CTRL);
    const auto missing = GenericNetlink(netlink).family("no-such-family");
    ASSERT_FALSE(missing.ok());
    EXPECT_EQ(missing.error().kind, ErrorKind::not_supported) << missing.error().message;
}

}  // namespace
}  // namespace igbtune::source
