// SPDX-License-Identifier: GPL-2.0-only
// The transmit queues: descriptors in, frames out, status back.
#pragma once

#include <array>
#include <functional>

#include "datapath/context.hpp"
#include "datapath/offload.hpp"

namespace igbmodel {

class Transmitter {
public:
    using Output = std::function<void(Bytes frame, u32 queue)>;

    Transmitter(DeviceContext context, Output output);

    void reset();
    void reset_queue(u32 queue);
    // Works on a queue for a while; true when descriptors are left that could be done now.
    bool run(u32 number);

    struct QueueCounters {
        u64 frames = 0;
        u64 octets = 0;
        u64 descriptors = 0;
    };
    [[nodiscard]] const QueueCounters& counters(u32 queue) const { return queues_[queue].counters; }

private:
    struct Queue {
        std::array<TxContext, 8> contexts{};
        Bytes frame;  // data of the packet being gathered
        bool gathering = false;
        bool legacy = false;
        u32 first_command = 0;
        u32 first_options = 0;
        bool report = false;  // RS was set in a descriptor of this run
        QueueCounters counters;
    };
    struct Descriptor {
        u64 address;
        u32 command;
        u32 options;
    };

    void take(Queue& queue, u32 number, u32 index, const Descriptor& descriptor);
    void take_context(Queue& queue, const Descriptor& descriptor);
    bool gather(Queue& queue, const Descriptor& descriptor, std::size_t length);
    void finish_packet(Queue& queue, u32 number);
    void emit(Queue& queue, u32 number, Bytes frame);
    void report(u32 number, u32 index);
    void stamp();
    void notice_unshared_memory(const Descriptor& descriptor);

    DeviceContext context_;
    Output output_;
    std::vector<Queue> queues_;
    bool zero_descriptor_seen_ = false;
};

}  // namespace igbmodel
