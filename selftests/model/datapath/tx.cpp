// SPDX-License-Identifier: GPL-2.0-only
#include "datapath/tx.hpp"

#include "datapath/frame.hpp"
#include "datapath/wire_statistics.hpp"
#include "util/bytes.hpp"

namespace igbmodel {

namespace {

// Advanced Tx descriptor, 82576 datasheet 7.2.2.3: the command dword.
constexpr u32 cmd_time_stamp = bit(19);
constexpr u32 cmd_end = bit(24);
constexpr u32 cmd_report = bit(27);
constexpr u32 cmd_extended = bit(29);
constexpr u32 cmd_vlan = bit(30);
constexpr u32 cmd_segment = bit(31);
constexpr u32 type_context = 2;
constexpr u32 type_data = 3;
// Options dword.
constexpr u32 opt_ip_checksum = bit(8);
constexpr u32 opt_l4_checksum = bit(9);
constexpr u32 status_done = 1;
constexpr std::size_t done_at = 12;

constexpr std::size_t longest_packet = std::size_t{256} * 1024;
constexpr std::size_t shortest_frame = 60;
constexpr unsigned packets_per_run = 64;

}  // namespace

Transmitter::Transmitter(DeviceContext context, Output output)
    : context_(context), output_(std::move(output)), queues_(context.spec.queues) {}

void Transmitter::reset() {
    for (u32 i = 0; i < queues_.size(); ++i) {
        reset_queue(i);
    }
}

void Transmitter::reset_queue(u32 queue) {
    const QueueCounters kept = queues_[queue].counters;
    queues_[queue] = Queue{};
    queues_[queue].counters = kept;
}

bool Transmitter::run(u32 number) {
    RegisterFile& regs = context_.regs;
    if ((regs[reg::TCTL] & reg::TCTL_EN) == 0 ||
        (regs[reg::tx(number, reg::TXDCTL)] & reg::QUEUE_ENABLE) == 0) {
        return false;
    }
    const u32 length = regs[reg::tx(number, reg::TDLEN)] / descriptor_size;
    const u32 tail = regs[reg::tx(number, reg::TDT)];
    u32 head = regs[reg::tx(number, reg::TDH)];
    if (length == 0 || head == tail || context_.strikes(Fault::tx_hang, number)) {
        return false;
    }
    if (tail >= length || head >= length) {
        context_.complaints.add("Tx queue " + std::to_string(number) + ": TDH " +
                                std::to_string(head) + " or TDT " + std::to_string(tail) +
                                " is beyond the ring of " + std::to_string(length));
        return false;
    }
    Queue& queue = queues_[number];
    queue.report = false;
    unsigned packets = 0;
    while (head != tail && packets < packets_per_run) {
        std::array<u8, descriptor_size> raw{};
        if (!context_.dma.read(descriptor_address(regs, reg::tx(number, reg::TDBAL), head), raw)) {
            regs[reg::tx(number, reg::TXDCTL)] &= ~reg::QUEUE_ENABLE;
            break;
        }
        const Descriptor descriptor{load_le<u64>(raw.data()), load_le<u32>(raw.data() + 8),
                                    load_le<u32>(raw.data() + 12)};
        const u32 index = head;
        head = head + 1 == length ? 0 : head + 1;
        regs[reg::tx(number, reg::TDH)] = head;
        ++queue.counters.descriptors;
        take(queue, number, index, descriptor);
        packets += (descriptor.command & cmd_end) != 0 ? 1 : 0;
    }
    if (queue.report) {
        context_.interrupts.tx_done(number);
    }
    return head != tail;
}

void Transmitter::take(Queue& queue, u32 number, u32 index, const Descriptor& descriptor) {
    notice_unshared_memory(descriptor);
    const bool extended = (descriptor.command & cmd_extended) != 0;
    const u32 type = bits(descriptor.command, 20, 4);
    if (extended && type == type_context) {
        take_context(queue, descriptor);
    } else if (!extended || type == type_data) {
        if (!queue.gathering) {
            queue.gathering = true;
            queue.legacy = !extended;
            queue.first_command = descriptor.command;
            queue.first_options = descriptor.options;
        }
        const std::size_t length = descriptor.command & 0xffffU;
        const bool good = gather(queue, descriptor, length);
        if (!good || (descriptor.command & cmd_end) != 0) {
            if (good) {
                finish_packet(queue, number);
            }
            queue.frame.clear();
            queue.gathering = false;
        }
    } else {
        context_.complaints.add("Tx queue " + std::to_string(number) + ": descriptor " +
                                std::to_string(index) + " has the unknown type " +
                                std::to_string(type));
    }
    if ((descriptor.command & cmd_report) != 0) {
        if (context_.strikes(Fault::tx_no_writeback, number)) {
            return;
        }
        report(number, index);
        queue.report = true;
    }
}

void Transmitter::take_context(Queue& queue, const Descriptor& descriptor) {
    const u32 slot = bits(descriptor.options, 4, 3);
    queue.contexts.at(slot) = TxContext::from(static_cast<u32>(descriptor.address),
                                              descriptor.command, descriptor.options);
}

bool Transmitter::gather(Queue& queue, const Descriptor& descriptor, std::size_t length) {
    const std::size_t at = queue.frame.size();
    if (at + length > longest_packet) {
        context_.complaints.add("a Tx packet of more than 256 KiB");
        return false;
    }
    queue.frame.resize(at + length);
    return context_.dma.read(descriptor.address, ByteSpan(queue.frame).subspan(at));
}

void Transmitter::finish_packet(Queue& queue, u32 number) {
    const RegisterFile& regs = context_.regs;
    TxRequest request;
    TxContext context;
    if (queue.legacy) {
        // Legacy descriptor: VLAN tag in the upper half of the last dword; CSO is not modelled.
        request.payload_length = static_cast<u32>(queue.frame.size());
        request.insert_vlan = (queue.first_command & cmd_vlan) != 0;
        context.vlan = static_cast<u16>(queue.first_options >> 16U);
    } else {
        request.segment = (queue.first_command & cmd_segment) != 0;
        request.ip_checksum = (queue.first_options & opt_ip_checksum) != 0;
        request.l4_checksum = (queue.first_options & opt_l4_checksum) != 0;
        request.insert_vlan = (queue.first_command & cmd_vlan) != 0;
        request.payload_length = queue.first_options >> 14U;
        context = queue.contexts.at(bits(queue.first_options, 4, 3));
    }
    const TcpFlagMasks masks{bits(regs[reg::DTXTCPFLGL], 0, 12),
                             bits(regs[reg::DTXTCPFLGL], 16, 12),
                             bits(regs[reg::DTXTCPFLGH], 0, 12)};
    Result<std::vector<Bytes>> frames = transmit_frames(std::move(queue.frame), context, request,
                                                        static_cast<u16>(regs[reg::VET]), masks);
    queue.frame = Bytes{};
    if (!frames) {
        context_.complaints.add("Tx queue " + std::to_string(number) + ": " + frames.error().text);
        return;
    }
    if (request.segment) {
        context_.regs.count(reg::TSCTC);
    }
    if ((queue.first_command & cmd_time_stamp) != 0 && !queue.legacy) {
        stamp();
    }
    for (Bytes& frame : frames.value()) {
        emit(queue, number, std::move(frame));
    }
}

void Transmitter::emit(Queue& queue, u32 number, Bytes frame) {
    if (frame.size() < shortest_frame && (context_.regs[reg::TCTL] & reg::TCTL_PSP) != 0) {
        frame.resize(shortest_frame, 0);
    }
    count_transmitted(context_.regs, frame);
    ++queue.counters.frames;
    queue.counters.octets += frame.size() + crc_size;
    context_.regs.count(reg::PQGPTC + (reg::queue_statistics_stride * number));
    output_(std::move(frame), number);
}

void Transmitter::stamp() {
    RegisterFile& regs = context_.regs;
    if ((regs[reg::TSYNCTXCTL] & reg::TSYNC_ENABLED) == 0 ||
        (regs[reg::TSYNCTXCTL] & reg::TSYNC_VALID) != 0) {
        return;
    }
    const SystemClock::Stamp now = context_.clock.now();
    regs[reg::TXSTMPL] = now.low;
    regs[reg::TXSTMPH] = now.high;
    regs[reg::TSYNCTXCTL] |= reg::TSYNC_VALID;
    regs[reg::TSICR] |= reg::TSICR_TXTS;
    if ((regs[reg::TSIM] & reg::TSICR_TXTS) != 0) {
        context_.interrupts.cause(reg::ICR_TIME_SYNC);
    }
}

void Transmitter::report(u32 number, u32 index) {
    const RegisterFile& regs = context_.regs;
    const u32 head_address = regs[reg::tx(number, reg::TDWBAL)];
    if ((head_address & 1U) != 0) {
        // Head write-back: then no descriptor is written back.
        u32 reported = regs[reg::tx(number, reg::TDH)];
        if (context_.faults.armed()) {
            const auto lie = context_.faults.strikes(Fault::tx_head, static_cast<int>(number),
                                                     context_.timers.now_ns());
            reported = lie ? static_cast<u32>(*lie) : reported;
        }
        std::array<u8, 4> head{};
        store_le<u32>(head.data(), reported);
        const u64 to = u64{regs[reg::tx(number, reg::TDWBAH)]} << 32U | (head_address & ~3U);
        context_.dma.write(to, ByteView(head).first(context_.spec.head_write_back_bytes));
        return;
    }
    std::array<u8, descriptor_size> done{};
    store_le<u32>(done.data() + done_at, status_done);
    context_.dma.write(descriptor_address(regs, reg::tx(number, reg::TDBAL), index), done);
}

void Transmitter::notice_unshared_memory(const Descriptor& descriptor) {
    if (!zero_descriptor_seen_ && descriptor.address == 0 && descriptor.command == 0) {
        zero_descriptor_seen_ = true;
        if (context_.dma.check(true)) {
            context_.complaints.add(
                "a Tx descriptor is all zeros: does QEMU's memory backend have share=on?");
        }
    }
}

}  // namespace igbmodel
