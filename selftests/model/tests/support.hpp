// SPDX-License-Identifier: GPL-2.0-only
// What the unit tests share: time that stands still, guest memory, frames, a device on a bench.
#pragma once

#include <sys/mman.h>
#include <unistd.h>

#include <map>
#include <memory>
#include <string>

#include "datapath/checksum.hpp"
#include "device/nic.hpp"
#include "ports/frame_builder.hpp"
#include "util/bytes.hpp"
#include "util/loop.hpp"

namespace igbmodel::test {

class FakeTimers final : public Timers {
public:
    [[nodiscard]] u64 now_ns() const override { return now_; }
    Id at(u64 when_ns, std::function<void()> action) override {
        actions_.emplace(std::pair{when_ns, ++next_}, std::move(action));
        return next_;
    }
    void cancel(Id id) override {
        std::erase_if(actions_, [id](const auto& one) { return one.first.second == id; });
    }
    void defer(std::function<void()> work) override { at(now_, std::move(work)); }

    // Lets `ns` pass and runs what falls due.
    void pass(u64 ns) {
        const u64 until = now_ + ns;
        while (!actions_.empty() && actions_.begin()->first.first <= until) {
            auto node = actions_.extract(actions_.begin());
            now_ = std::max(now_, node.key().first);
            node.mapped()();
        }
        now_ = until;
    }

private:
    u64 now_ = 1'000'000'000;
    Id next_ = 0;
    std::map<std::pair<u64, Id>, std::function<void()>> actions_;
};

// One piece of guest memory, mapped for the device at `base`.
class GuestMemory {
public:
    static constexpr u64 base = 0x100000;
    static constexpr std::size_t size = std::size_t{4} << 20U;

    explicit GuestMemory(DmaTable& dma) {
        const int fd = ::memfd_create("guest", 0);
        if (::ftruncate(fd, size) != 0) {
            std::abort();
        }
        view_ = static_cast<u8*>(::mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0));
        if (!dma.map(vfu::DmaMap{3, 0, base, size}, UniqueFd(fd))) {
            std::abort();
        }
    }
    GuestMemory(const GuestMemory&) = delete;
    GuestMemory& operator=(const GuestMemory&) = delete;
    GuestMemory(GuestMemory&&) = delete;
    GuestMemory& operator=(GuestMemory&&) = delete;
    ~GuestMemory() { ::munmap(view_, size); }

    [[nodiscard]] u8* at(u64 address) { return view_ + (address - base); }
    void put(u64 address, ByteView bytes) { std::ranges::copy(bytes, at(address)); }
    [[nodiscard]] Bytes get(u64 address, std::size_t count) {
        return {at(address), at(address) + count};
    }

private:
    u8* view_;
};

[[nodiscard]] inline Bytes from_hex(const std::string& text) {
    Bytes out;
    std::string digits;
    for (const char c : text) {
        if (c != ' ') {
            digits.push_back(c);
        }
    }
    for (std::size_t i = 0; i + 1 < digits.size(); i += 2) {
        out.push_back(static_cast<u8>(std::stoul(digits.substr(i, 2), nullptr, 16)));
    }
    return out;
}

// Lets the loop deal with what its descriptors have for it, so many times.
void turn(Loop& loop, int times = 1);
[[nodiscard]] UniqueFd connect_to(const std::string& path);

struct FakePort final : public Port {
    void attach(PortUser& owner) override { attached = &owner; }
    void send(Bytes frame) override { sent.push_back(std::move(frame)); }
    void own_offer(const PhyOffer& /*offer*/) override {}
    [[nodiscard]] PortUser& user() const { return *attached; }

    std::vector<Bytes> sent;
    PortUser* attached = nullptr;
};

// A device with memory, link up, and rings of `ring_size` descriptors on every queue.
class Bench {
public:
    static constexpr u32 ring_size = 64;
    static constexpr u64 rx_rings = GuestMemory::base;
    static constexpr u64 tx_rings = GuestMemory::base + 0x40000;
    static constexpr u64 rx_buffers = GuestMemory::base + 0x80000;  // 2 KiB each, of queue 0
    static constexpr u64 tx_data = GuestMemory::base + 0x200000;

    explicit Bench(const std::string& mac = "82576");

    void give_rx(u32 queue, u32 count) const;
    static constexpr u64 ring_offset(u32 queue, u32 index) {
        return (u64{queue} * 0x1000) + (u64{index} * 16);
    }
    [[nodiscard]] u64 rx_descriptor(u32 queue, u32 index) const {
        return rx_rings + ring_offset(queue, index);
    }
    [[nodiscard]] u64 tx_descriptor(u32 queue, u32 index) const {
        return tx_rings + ring_offset(queue, index);
    }
    // Write-back of a descriptor: status dword and length.
    [[nodiscard]] u32 rx_status(u32 queue, u32 index) const {
        return load_le<u32>(memory->at(rx_descriptor(queue, index) + 8));
    }
    [[nodiscard]] u16 rx_length(u32 queue, u32 index) const {
        return load_le<u16>(memory->at(rx_descriptor(queue, index) + 12));
    }
    void arrive(Bytes frame, bool bad_crc = false) const {
        port.user().frame_arrived(std::move(frame), bad_crc);
    }
    // The queue that the next frame goes to, by the counters.
    [[nodiscard]] int queue_of(const Bytes& frame) const;
    void put_tx(u32 queue, u32 index, u64 a, u32 b, u32 c) const;

    FakeTimers timers;
    DmaTable dma;
    IrqTable irqs;
    NicOptions options;
    std::unique_ptr<Nic> nic;
    std::unique_ptr<GuestMemory> memory;
    FakePort port;
};

}  // namespace igbmodel::test
