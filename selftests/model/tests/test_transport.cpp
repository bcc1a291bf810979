// SPDX-License-Identifier: GPL-2.0-only
// The protocol: what messages mean, what answers look like, what memory may be reached.
#include <gtest/gtest.h>
#include <sys/eventfd.h>

#include "tests/support.hpp"
#include "transport/session.hpp"

namespace igbmodel::test {
namespace {

Bytes message(u16 command, const Bytes& payload, u32 flags = 0) {
    Bytes out(16, 0);
    store_le<u16>(out.data(), 7);
    store_le<u16>(out.data() + 2, command);
    store_le<u32>(out.data() + 4, static_cast<u32>(16 + payload.size()));
    store_le<u32>(out.data() + 8, flags);
    out.insert(out.end(), payload.begin(), payload.end());
    return out;
}

class FakeTarget final : public Target {
public:
    [[nodiscard]] u64 region_size(u32 region) const override { return region == 0 ? 256 : 0; }
    void region_read(u32 /*region*/, u64 offset, ByteSpan data) override {
        for (std::size_t i = 0; i < data.size(); ++i) {
            data[i] = static_cast<u8>(offset + i);
        }
    }
    void region_write(u32 /*region*/, u64 offset, ByteView data) override {
        writes.emplace_back(offset, Bytes(data.begin(), data.end()));
    }
    void bus_reset() override { ++resets; }
    void attached() override {}
    void detached() override {}

    std::vector<std::pair<u64, Bytes>> writes;
    int resets = 0;
};

class SessionTest : public testing::Test {
protected:
    Bytes exchange(u16 command, const Bytes& payload, u32 flags = 0) {
        const Bytes bytes = message(command, payload, flags);
        const auto header = vfu::parse_header(bytes);
        return session.handle(header.value(), ByteView(bytes).subspan(16), fds);
    }
    static u32 error_of(const Bytes& answer) { return load_le<u32>(answer.data() + 12); }

    FakeTarget target;
    DmaTable dma;
    IrqTable irqs{10};
    Session session{target, dma, irqs};
    std::vector<UniqueFd> fds;
};

TEST_F(SessionTest, VersionIsAnsweredWithinTheRequestsLength) {
    Bytes payload = from_hex("0000 0000");
    const std::string json =
        R"({"capabilities":{"max_msg_fds":8,"max_data_xfer_size":1048576,"migration":{"pgsize":4096},"write_multiple":true}})";
    payload.insert(payload.end(), json.begin(), json.end());
    payload.push_back(0);
    const Bytes answer = exchange(1, payload);
    EXPECT_EQ(load_le<u16>(answer.data()), 7);
    EXPECT_EQ(load_le<u32>(answer.data() + 4), answer.size());
    EXPECT_EQ(load_le<u32>(answer.data() + 8), vfu::flag_reply);
    EXPECT_EQ(answer.back(), 0);
    EXPECT_LE(answer.size() - 20, json.size() + 1);
    EXPECT_NE(std::string(answer.begin() + 20, answer.end()).find("write_multiple"),
              std::string::npos);
}

TEST_F(SessionTest, AnotherMajorVersionIsRefused) {
    EXPECT_EQ(error_of(exchange(1, from_hex("0100 0000 7b7d00"))), static_cast<u32>(EINVAL));
}

TEST_F(SessionTest, DeviceInfoHasNineRegionsAndFiveInterruptTypes) {
    const Bytes answer = exchange(4, Bytes(16, 0));
    EXPECT_EQ(load_le<u32>(answer.data() + 20), 3U);
    EXPECT_EQ(load_le<u32>(answer.data() + 24), 9U);
    EXPECT_EQ(load_le<u32>(answer.data() + 28), 5U);
}

TEST_F(SessionTest, RegionsAreReadAndWritten) {
    const Bytes read = exchange(9, from_hex("1000000000000000 00000000 04000000"));
    ASSERT_EQ(read.size(), 36U);
    EXPECT_EQ(Bytes(read.begin() + 32, read.end()), from_hex("10111213"));
    const Bytes wrote = exchange(10, from_hex("2000000000000000 00000000 04000000 78563412"));
    EXPECT_EQ(wrote.size(), 32U);
    ASSERT_EQ(target.writes.size(), 1U);
    EXPECT_EQ(target.writes[0].first, 0x20U);
    EXPECT_EQ(target.writes[0].second, from_hex("78563412"));
}

TEST_F(SessionTest, APostedWriteIsNotAnswered) {
    EXPECT_TRUE(
        exchange(10, from_hex("2000000000000000 00000000 04000000 78563412"), vfu::flag_no_reply)
            .empty());
    EXPECT_EQ(target.writes.size(), 1U);
}

TEST_F(SessionTest, SeveralWritesInOneMessageKeepTheirOrder) {
    const Bytes payload = from_hex(
        "0200000000000000"
        "1000000000000000 00000000 04000000 0100000000000000"
        "1400000000000000 00000000 08000000 0200000003000000");
    exchange(15, payload, vfu::flag_no_reply);
    ASSERT_EQ(target.writes.size(), 2U);
    EXPECT_EQ(target.writes[0].second, from_hex("01000000"));
    EXPECT_EQ(target.writes[1].first, 0x14U);
    EXPECT_EQ(target.writes[1].second.size(), 8U);
}

TEST_F(SessionTest, AccessBeyondARegionIsAnError) {
    EXPECT_EQ(error_of(exchange(9, from_hex("fe00000000000000 00000000 04000000"))),
              static_cast<u32>(EINVAL));
    EXPECT_EQ(error_of(exchange(9, from_hex("feffffffffffffff 00000000 04000000"))),
              static_cast<u32>(EINVAL));
    EXPECT_EQ(error_of(exchange(10, from_hex("0000000000000000 05000000 04000000 00000000"))),
              static_cast<u32>(EINVAL));
}

TEST_F(SessionTest, WhatIsCutShortOrUnknownIsAnError) {
    EXPECT_EQ(error_of(exchange(9, from_hex("0000"))), static_cast<u32>(EINVAL));
    EXPECT_EQ(error_of(exchange(10, from_hex("2000000000000000 00000000 08000000 78563412"))),
              static_cast<u32>(EINVAL));
    EXPECT_EQ(error_of(exchange(15, from_hex("ffffffffffffffff"))), static_cast<u32>(EINVAL));
    EXPECT_EQ(error_of(exchange(99, {})), static_cast<u32>(ENOSYS));
}

TEST_F(SessionTest, AHeaderOfImpossibleSizeEndsTheConversation) {
    Bytes bytes = message(1, {});
    store_le<u32>(bytes.data() + 4, 15);
    EXPECT_FALSE(vfu::parse_header(bytes).ok());
    store_le<u32>(bytes.data() + 4, 0xffffffff);
    EXPECT_FALSE(vfu::parse_header(bytes).ok());
}

TEST_F(SessionTest, ResetReachesTheDevice) {
    exchange(13, {});
    EXPECT_EQ(target.resets, 1);
}

TEST_F(SessionTest, InterruptsFireTheDescriptorThatWasSet) {
    const int event = ::eventfd(0, EFD_NONBLOCK);
    fds.emplace_back(::dup(event));
    exchange(8, from_hex("14000000 24000000 02000000 03000000 01000000"));
    EXPECT_TRUE(irqs.trigger(IrqTable::msix, 3));
    EXPECT_FALSE(irqs.trigger(IrqTable::msix, 2));
    u64 count = 0;
    EXPECT_EQ(::read(event, &count, sizeof count), 8);
    EXPECT_EQ(count, 1U);
    fds.clear();
    exchange(8, from_hex("14000000 21000000 02000000 00000000 00000000"));
    EXPECT_FALSE(irqs.trigger(IrqTable::msix, 3));
    ::close(event);
}

TEST(IntxLevel, FiresAgainAfterUnmaskWhileHigh) {
    IrqTable irqs(1);
    const int event = ::eventfd(0, EFD_NONBLOCK);
    std::vector<UniqueFd> fds;
    fds.emplace_back(::dup(event));
    ASSERT_TRUE(irqs.set(vfu::SetIrqs{0x24, 0, 0, 1}, fds).ok());
    const auto taken = [event] {
        u64 count = 0;
        return ::read(event, &count, sizeof count) == 8 ? count : 0;
    };
    irqs.set_level(true);
    irqs.set_level(true);
    EXPECT_EQ(taken(), 1U) << "masked by itself after it fired";
    const vfu::SetIrqs unmask{0x11, 0, 0, 1};
    ASSERT_TRUE(irqs.set(unmask, fds).ok());
    EXPECT_EQ(taken(), 1U);
    irqs.set_level(false);
    ASSERT_TRUE(irqs.set(unmask, fds).ok());
    EXPECT_EQ(taken(), 0U);
    ::close(event);
}

TEST(Dma, FaultsAreToldApart) {
    DmaTable dma;
    const GuestMemory memory(dma);
    std::array<u8, 8> bytes{1, 2, 3};
    EXPECT_TRUE(dma.write(GuestMemory::base + 4, bytes));
    std::array<u8, 8> back{};
    EXPECT_TRUE(dma.read(GuestMemory::base + 4, back));
    EXPECT_EQ(back, bytes);
    EXPECT_FALSE(dma.read(GuestMemory::base + GuestMemory::size - 4, back));
    EXPECT_EQ(dma.faults().outside, 1U);
    const int fd = ::memfd_create("readonly", 0);
    ASSERT_EQ(::ftruncate(fd, 4096), 0);
    ASSERT_TRUE(
        dma.map(vfu::DmaMap{vfu::DmaMap::readable, 0, 0x10000000, 4096}, UniqueFd(fd)).ok());
    EXPECT_TRUE(dma.read(0x10000000, back));
    EXPECT_FALSE(dma.write(0x10000000, bytes));
    EXPECT_EQ(dma.faults().forbidden, 1U);
    ASSERT_TRUE(dma.map(vfu::DmaMap{3, 0, 0x20000000, 4096}, UniqueFd{}).ok());
    EXPECT_FALSE(dma.read(0x20000000, back));
    EXPECT_EQ(dma.faults().unshared, 1U);
    EXPECT_NE(dma.faults().last.find("share=on"), std::string::npos);
}

UniqueFd empty_memory(std::size_t size) {
    UniqueFd fd(::memfd_create("guest", 0));
    EXPECT_EQ(::ftruncate(fd.get(), static_cast<off_t>(size)), 0);
    return fd;
}

TEST(Dma, MemoryOutOfReachIsNoticed) {
    constexpr std::size_t size = std::size_t{1} << 20U;
    const auto reason = [](const DmaTable& dma) {
        const Status can = dma.reachable();
        return can ? std::string() : can.error().text;
    };
    DmaTable dma;
    EXPECT_EQ(reason(dma), "") << "nothing to say yet";
    ASSERT_TRUE(dma.map(vfu::DmaMap{3, 0, 0xc0000000, size}, UniqueFd{}).ok());
    EXPECT_NE(reason(dma).find("share=on"), std::string::npos) << "no descriptor for any map";
    UniqueFd fd = empty_memory(size);
    auto* const view =
        static_cast<u8*>(::mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_SHARED, fd.get(), 0));
    ASSERT_NE(view, MAP_FAILED);
    ASSERT_TRUE(dma.map(vfu::DmaMap{3, 0, 0, size}, std::move(fd)).ok());
    EXPECT_NE(reason(dma).find("stays empty"), std::string::npos) << "a private copy of the file";
    view[0x400] = 0xf8;
    EXPECT_EQ(reason(dma), "");
    ::munmap(view, size);
}

TEST(Dma, ADeviceIsRefusedWhenItsDriverComesAndMemoryIsOutOfReach) {
    Bench bench;
    std::vector<std::string> told;
    bench.dma.on_unreachable([&told](const Error& why) { told.push_back(why.text); });
    const auto master = [&bench](bool on) {
        bench.nic->region_write(region_config, 4, Bytes{static_cast<u8>(on ? 6 : 2), 0});
    };
    master(false);
    master(true);
    EXPECT_TRUE(told.empty());
    bench.dma.clear();
    ASSERT_TRUE(bench.dma.map(vfu::DmaMap{3, 0, 0, std::size_t{1} << 20U}, UniqueFd{}).ok());
    master(false);
    EXPECT_TRUE(told.empty());
    master(true);
    EXPECT_EQ(told.size(), 1U);
}

// Behind a vIOMMU nothing is mapped when bus mastering is enabled: use has to show it.
TEST(Dma, MemoryOutOfReachIsNoticedInUseAndNotBlamedOnTheDriver) {
    const auto refused = [](UniqueFd memory, bool sends) {
        Bench bench;
        std::string told;
        bench.dma.on_unreachable([&told](const Error& why) { told += why.text; });
        bench.dma.clear();
        bench.nic->region_write(region_config, 4, Bytes{2, 0});
        bench.nic->region_write(region_config, 4, Bytes{6, 0});
        EXPECT_EQ(told, "");
        EXPECT_TRUE(
            bench.dma
                .map(vfu::DmaMap{3, 0, GuestMemory::base, GuestMemory::size}, std::move(memory))
                .ok());
        if (sends) {
            bench.nic->write(reg::tx(0, reg::TDT), 1);
            bench.timers.pass(1);
        } else {
            bench.arrive(make_frame({}));
        }
        EXPECT_EQ(bench.nic->complaints().count(), 0U);
        EXPECT_EQ(bench.dma.faults().outside, 0U);
        return told;
    };
    for (const bool sends : {true, false}) {
        EXPECT_NE(refused(UniqueFd{}, sends).find("QEMU shares no guest memory"),
                  std::string::npos);
        EXPECT_NE(refused(empty_memory(GuestMemory::size), sends).find("stays empty"),
                  std::string::npos);
    }
}

TEST(Dma, ThousandsOfPagesAndNoDescriptorLeftOpen) {
    constexpr u64 pages = 8192;
    constexpr u64 page = 4096;
    const UniqueFd memory = empty_memory(pages * page);
    DmaTable dma;
    const int before = ::dup(memory.get());
    ::close(before);
    for (u64 i = 0; i < pages; ++i) {
        const u64 address = 0x80000000 + (i * page);
        ASSERT_TRUE(
            dma.map(vfu::DmaMap{3, i * page, address, page}, UniqueFd(::dup(memory.get()))).ok());
    }
    const int after = ::dup(memory.get());
    ::close(after);
    EXPECT_EQ(after, before) << "the lowest free descriptor is the same";
    EXPECT_TRUE(dma.write(0x80000000 + (pages * page) - 10, Bytes(10, 1)));
    for (u64 i = 0; i < pages; i += 2) {
        EXPECT_TRUE(dma.unmap(0x80000000 + (i * page), page).ok());
    }
    EXPECT_EQ(dma.ranges(), pages / 2);
    EXPECT_FALSE(dma.write(0x80000000, Bytes(1, 1)));
    EXPECT_TRUE(dma.write(0x80000000 + page, Bytes(1, 1)));
}

TEST(Dma, AMapBeyondAddressesOrBeyondItsFileIsRefused) {
    constexpr u64 page = 4096;
    constexpr u64 all = ~u64{0};
    DmaTable dma;
    EXPECT_FALSE(dma.map(vfu::DmaMap{3, 0x801, 0, all}, empty_memory(page)).ok());
    EXPECT_FALSE(dma.map(vfu::DmaMap{3, 0, page, all}, UniqueFd{}).ok());
    EXPECT_FALSE(dma.map(vfu::DmaMap{3, all - page + 1, 0, page}, empty_memory(page)).ok());
    const Status beyond = dma.map(vfu::DmaMap{3, page, 0, page}, empty_memory(page));
    ASSERT_FALSE(beyond.ok());
    EXPECT_NE(beyond.error().text.find("beyond the end of its file"), std::string::npos);
    EXPECT_FALSE(dma.map(vfu::DmaMap{3, 0, 0, 2 * page}, empty_memory(page)).ok());
    EXPECT_EQ(dma.ranges(), 0U);
    EXPECT_TRUE(dma.map(vfu::DmaMap{3, page, 0, page}, empty_memory(2 * page)).ok());
    EXPECT_TRUE(dma.map(vfu::DmaMap{3, 0, all - page + 1, page}, empty_memory(page)).ok())
        << "the last page there is";
    EXPECT_FALSE(dma.map(vfu::DmaMap{3, 0, all - page + 1, page}, empty_memory(page)).ok());
    EXPECT_TRUE(dma.write(all - 7, Bytes(8, 1)));
}

TEST(Dma, AnUnmapTakesWholeMapsOrNothing) {
    constexpr u64 page = 4096;
    constexpr u64 base = 0x5000000;
    DmaTable dma;
    ASSERT_TRUE(dma.map(vfu::DmaMap{3, 0, base, 2 * page}, empty_memory(2 * page)).ok());
    ASSERT_TRUE(dma.map(vfu::DmaMap{3, 0, base + (2 * page), page}, empty_memory(page)).ok());
    for (const auto& [address, size] :
         {std::pair{base + page, page}, std::pair{base, page}, std::pair{base - page, 2 * page},
          std::pair{base + page, 2 * page}, std::pair{base + page, u64{1}}}) {
        const Status done = dma.unmap(address, size);
        ASSERT_FALSE(done.ok()) << hex(address) << " " << size;
        EXPECT_EQ(done.error().number, EINVAL);
        EXPECT_EQ(dma.ranges(), 2U);
    }
    EXPECT_TRUE(dma.write(base, Bytes(3 * page, 1))) << "all is still there";
    EXPECT_TRUE(dma.unmap(base + (3 * page), page).ok()) << "unknown: normal";
    EXPECT_TRUE(dma.unmap(base, 0).ok());
    EXPECT_EQ(dma.ranges(), 2U);
    // What an invalidation of a whole domain becomes: one range over everything.
    EXPECT_TRUE(dma.unmap(0, ~u64{0}).ok());
    EXPECT_EQ(dma.ranges(), 0U);
}

TEST_F(SessionTest, AnUnmapThatCutsAMapIsAnError) {
    ASSERT_TRUE(dma.map(vfu::DmaMap{3, 0, 0x10000, 0x2000}, UniqueFd{}).ok());
    EXPECT_EQ(
        error_of(exchange(3, from_hex("18000000 00000000 0010010000000000 0010000000000000"))),
        static_cast<u32>(EINVAL));
    EXPECT_EQ(dma.ranges(), 1U);
    EXPECT_EQ(
        error_of(exchange(3, from_hex("18000000 02000000 0000000000000000 0000000000000000"))), 0U)
        << "everything";
    EXPECT_EQ(dma.ranges(), 0U);
}

TEST(Dma, AdjacentPagesServeOneAccess) {
    DmaTable dma;
    for (u64 page = 0; page < 600; ++page) {
        const int fd = ::memfd_create("page", 0);
        ASSERT_EQ(::ftruncate(fd, 4096), 0);
        ASSERT_TRUE(dma.map(vfu::DmaMap{3, 0, 0x5000000 + (page * 4096), 4096}, UniqueFd(fd)).ok());
    }
    Bytes out(std::size_t{600} * 4096);
    for (std::size_t i = 0; i < out.size(); ++i) {
        out[i] = static_cast<u8>((i / 4096) + i);
    }
    EXPECT_TRUE(dma.write(0x5000000, out));
    Bytes in(out.size());
    EXPECT_TRUE(dma.read(0x5000000, in));
    EXPECT_EQ(in, out);
    EXPECT_TRUE(dma.unmap(0x5000000 + 4096, 4096).ok());
    EXPECT_FALSE(dma.read(0x5000000, in));
    EXPECT_TRUE(dma.map(vfu::DmaMap{3, 0, 0x5000000 + 4096, 4096}, UniqueFd{}).ok());
    EXPECT_FALSE(dma.map(vfu::DmaMap{3, 0, 0x5000000 + 4000, 4096}, UniqueFd{}).ok()) << "overlap";
    EXPECT_TRUE(dma.unmap(0x9000000, 4096).ok()) << "unknown: normal";
}

}  // namespace
}  // namespace igbmodel::test
