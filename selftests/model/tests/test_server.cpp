// SPDX-License-Identifier: GPL-2.0-only
// The socket between QEMU and the device: where messages begin and end, descriptors, clients.
#include "transport/server.hpp"

#include <gtest/gtest.h>
#include <sys/socket.h>

#include <array>
#include <cstring>
#include <filesystem>

#include "tests/support.hpp"

namespace igbmodel::test {
namespace {

constexpr u16 command_map = 2;
constexpr u16 command_info = 4;
constexpr std::size_t info_answer = 32;

class CountingTarget final : public Target {
public:
    [[nodiscard]] u64 region_size(u32 /*region*/) const override { return 0; }
    void region_read(u32 /*region*/, u64 /*offset*/, ByteSpan /*data*/) override {}
    void region_write(u32 /*region*/, u64 /*offset*/, ByteView /*data*/) override {}
    void bus_reset() override {}
    void attached() override { ++came; }
    void detached() override { ++went; }

    int came = 0;
    int went = 0;
};

class ServerTest : public testing::Test {
protected:
    void SetUp() override {
        path = (std::filesystem::temp_directory_path() /
                ("igb-model-server-" + std::to_string(::getpid())))
                   .string();
        ASSERT_TRUE(server.listen(path).ok());
        server.on_disconnect([this] { ++hung_up; });
    }

    static Bytes message(u16 command, const Bytes& payload) {
        Bytes out(vfu::header_size, 0);
        store_le<u16>(out.data() + 2, command);
        store_le<u32>(out.data() + 4, static_cast<u32>(vfu::header_size + payload.size()));
        out.insert(out.end(), payload.begin(), payload.end());
        return out;
    }
    static Bytes info() { return message(command_info, Bytes(16, 0)); }
    static Bytes map(u64 address, u64 size) {
        Bytes payload(32, 0);
        store_le<u32>(payload.data(), 32);
        store_le<u32>(payload.data() + 4, vfu::DmaMap::readable | vfu::DmaMap::writable);
        store_le<u64>(payload.data() + 16, address);
        store_le<u64>(payload.data() + 24, size);
        return message(command_map, payload);
    }
    UniqueFd join() {
        UniqueFd client = connect_to(path);
        turn(loop);
        return client;
    }
    // What comes back, after the server had its turn.
    Bytes exchange(const UniqueFd& client, ByteView bytes, int descriptor = -1) {
        send(client, bytes, descriptor);
        turn(loop);
        return received(client);
    }
    static void send(const UniqueFd& client, ByteView bytes, int descriptor = -1) {
        Bytes copy(bytes.begin(), bytes.end());
        iovec piece{copy.data(), copy.size()};
        alignas(cmsghdr) std::array<char, CMSG_SPACE(sizeof(int))> control{};
        msghdr message{};
        message.msg_iov = &piece;
        message.msg_iovlen = 1;
        if (descriptor >= 0) {
            message.msg_control = control.data();
            message.msg_controllen = control.size();
            cmsghdr* const first = CMSG_FIRSTHDR(&message);
            first->cmsg_level = SOL_SOCKET;
            first->cmsg_type = SCM_RIGHTS;
            first->cmsg_len = CMSG_LEN(sizeof(int));
            std::memcpy(CMSG_DATA(first), &descriptor, sizeof descriptor);
        }
        ASSERT_EQ(::sendmsg(client.get(), &message, MSG_NOSIGNAL),
                  static_cast<ssize_t>(copy.size()));
    }
    static Bytes received(const UniqueFd& client) {
        Bytes bytes(4096);
        const ssize_t count = ::recv(client.get(), bytes.data(), bytes.size(), MSG_DONTWAIT);
        bytes.resize(count > 0 ? static_cast<std::size_t>(count) : 0);
        return bytes;
    }
    static bool hung(const UniqueFd& client) {
        u8 byte = 0;
        return ::recv(client.get(), &byte, 1, MSG_DONTWAIT) == 0;
    }

    std::string path;
    Loop loop;
    CountingTarget target;
    DmaTable dma;
    IrqTable irqs{1};
    Server server{loop, target, dma, irqs};
    int hung_up = 0;
};

TEST_F(ServerTest, AMessageInTwoPieces) {
    const UniqueFd client = join();
    EXPECT_EQ(target.came, 1);
    const Bytes bytes = info();
    for (const std::size_t cut : {std::size_t{5}, vfu::header_size, bytes.size() - 1}) {
        EXPECT_TRUE(exchange(client, ByteView(bytes).first(cut)).empty()) << cut;
        EXPECT_EQ(exchange(client, ByteView(bytes).subspan(cut)).size(), info_answer) << cut;
    }
}

TEST_F(ServerTest, TwoMessagesAndAHalfInOnePiece) {
    const UniqueFd client = join();
    Bytes bytes = info();
    const Bytes one = bytes;
    bytes.insert(bytes.end(), one.begin(), one.end());
    bytes.insert(bytes.end(), one.begin(), one.begin() + 20);
    EXPECT_EQ(exchange(client, bytes).size(), 2 * info_answer);
    EXPECT_EQ(exchange(client, ByteView(one).subspan(20)).size(), info_answer);
}

TEST_F(ServerTest, ADescriptorBelongsToTheMessageThatItCameWith) {
    constexpr u64 page = 4096;
    const UniqueFd client = join();
    const UniqueFd memory(::memfd_create("guest", 0));
    ASSERT_EQ(::ftruncate(memory.get(), page), 0);
    send(client, map(0, page));
    send(client, map(page, page), memory.get());
    send(client, map(2 * page, page));
    turn(loop, 3);
    EXPECT_EQ(dma.ranges(), 3U);
    EXPECT_FALSE(dma.write(0, Bytes{7}));
    EXPECT_TRUE(dma.write(page, Bytes{7}));
    EXPECT_FALSE(dma.write(2 * page, Bytes{7}));
    u8 seen = 0;
    EXPECT_EQ(::pread(memory.get(), &seen, 1, 0), 1);
    EXPECT_EQ(seen, 7);
}

TEST_F(ServerTest, AHangUpAmidstAMessageLeavesNothing) {
    UniqueFd client = join();
    exchange(client, map(0, 4096));
    EXPECT_EQ(dma.ranges(), 1U);
    exchange(client, ByteView(info()).first(20));
    client.reset();
    turn(loop);
    EXPECT_EQ(target.went, 1);
    EXPECT_EQ(hung_up, 1);
    EXPECT_EQ(dma.ranges(), 0U);
    client = join();
    EXPECT_EQ(target.came, 2);
    EXPECT_EQ(exchange(client, info()).size(), info_answer) << "the half is forgotten";
}

TEST_F(ServerTest, ASecondClientIsTurnedAway) {
    const UniqueFd first = join();
    const UniqueFd second = join();
    EXPECT_TRUE(hung(second));
    EXPECT_EQ(target.came, 1);
    EXPECT_EQ(exchange(first, info()).size(), info_answer);
}

TEST_F(ServerTest, AnImpossibleHeaderEndsTheConversation) {
    const UniqueFd client = join();
    Bytes bytes = info();
    store_le<u32>(bytes.data() + 4, 15);
    exchange(client, bytes);
    EXPECT_TRUE(hung(client));
    EXPECT_EQ(target.went, 1);
}

}  // namespace
}  // namespace igbmodel::test
