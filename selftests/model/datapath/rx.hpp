// SPDX-License-Identifier: GPL-2.0-only
// The receive path: from the wire through filters and packet buffer into descriptors.
#pragma once

#include <array>
#include <deque>
#include <functional>

#include "datapath/context.hpp"
#include "datapath/steering.hpp"

namespace igbmodel {

class Receiver {
public:
    // `on_pause` is told of a partner's PAUSE frame and its time in quanta of 512 bits.
    Receiver(DeviceContext context, std::function<void(u16)> on_pause);

    void reset();
    // A frame from the wire, without its CRC.
    void receive(Bytes frame, bool bad_crc = false);
    // Descriptors were given: try what waits in the packet buffer.
    void drain();
    // Whether descriptors and data may move; frames wait in the packet buffer until then.
    void allow_dma(bool may);

    struct QueueCounters {
        u64 frames = 0;
        u64 octets = 0;
        u64 dropped = 0;
        std::array<u64, reason_count> by_reason{};
    };
    struct Counters {
        u64 offered = 0;  // frames the port brought while the receiver was on
        u64 receiver_off = 0;
        u64 filtered = 0;   // by address or VLAN
        u64 missed = 0;     // no room in the packet buffer
        u64 no_buffer = 0;  // had to wait for a descriptor
        u64 queue_off = 0;
    };
    [[nodiscard]] const QueueCounters& counters(u32 queue) const { return queues_[queue]; }
    [[nodiscard]] const Counters& counters() const { return counters_; }
    [[nodiscard]] std::size_t waiting() const { return buffer_.size(); }
    [[nodiscard]] std::size_t waiting_bytes() const { return buffered_; }

    // Bytes of packet buffer that RXPBS leaves the receiver.
    [[nodiscard]] std::size_t buffer_size() const;

private:
    struct Waiting {
        Bytes frame;
        bool bad_crc = false;
        bool counted = false;  // its wait has been counted (RNBC)
    };
    // What a frame's last descriptor says.
    struct WriteBack {
        u16 packet_info = 0;
        u16 header_info = 0;
        u32 hash = 0;
        u32 status = 0;
        u16 vlan = 0;
    };

    bool passes_mac(const Bytes& frame, bool bad_crc);
    bool take_pause(ByteView frame);
    void enqueue(Waiting waiting);
    void hold_back(u64 microseconds);
    bool deliver(Waiting& waiting);
    // Whether it got there.
    bool write_frame(u32 queue, const Waiting& waiting, const FrameInfo& info,
                     const QueueChoice& choice, std::size_t buffer);
    [[nodiscard]] WriteBack describe(const Waiting& waiting, const FrameInfo& info,
                                     const QueueChoice& choice) const;
    [[nodiscard]] std::size_t header_length(u32 queue, const FrameInfo& info) const;
    [[nodiscard]] std::size_t packet_buffer(u32 queue) const;
    [[nodiscard]] bool stamps_all() const;
    bool stamp(ByteView frame, const FrameInfo& info, bool marked);
    void write_back(u32 queue, u32 index, const WriteBack& info, u16 length);
    void corrupt(u32 queue, u32& index, WriteBack& info, u16& length);
    void phantom(u32 queue);

    DeviceContext context_;
    std::function<void(u16)> on_pause_;
    std::vector<QueueCounters> queues_;
    Counters counters_;
    std::deque<Waiting> buffer_;
    std::size_t buffered_ = 0;
    bool dma_allowed_ = false;
    u64 held_until_ns_ = 0;  // slow DMA: until then nothing leaves the packet buffer
};

}  // namespace igbmodel
