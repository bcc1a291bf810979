// SPDX-License-Identifier: GPL-2.0-only
#include "datapath/rx.hpp"

#include <algorithm>
#include <atomic>

#include "datapath/ptp.hpp"
#include "datapath/wire_statistics.hpp"
#include "util/bytes.hpp"

namespace igbmodel {

namespace {

// Write-back of the advanced Rx descriptor, 82576 datasheet 7.1.5.2.
constexpr u32 status_done = bit(0);
constexpr u32 status_end = bit(1);
constexpr u32 status_vlan = bit(3);
constexpr u32 status_udp_checked = bit(4);
constexpr u32 status_l4_checked = bit(5);
constexpr u32 status_ip_checked = bit(6);
constexpr u32 status_stamp_in_packet = bit(15);
constexpr u32 status_stamped = bit(16);
constexpr u32 error_l4 = bit(29);
constexpr u32 error_ip = bit(30);
constexpr u32 error_receive = bit(31);
constexpr u16 split_header = 0x8000;

// SRRCTL.DESCTYPE.
constexpr u32 type_one_buffer = 1;
constexpr u32 type_split = 2;
constexpr u32 type_split_always = 5;

constexpr std::size_t shortest_on_wire = 64;
constexpr std::size_t longest_standard = 1518;
constexpr std::size_t stamp_size = 16;
constexpr u16 type_mac_control = 0x8808;

u16 packet_type(const FrameInfo& info, const QueueChoice& choice) {
    if (choice.ethertype_filter) {
        return static_cast<u16>(0x8000U | *choice.ethertype_filter << 4U);
    }
    unsigned type = 0;
    const unsigned options = info.ip_options ? 1U : 0U;
    type |= info.ipv4 ? 0x1U << options : 0U;
    type |= info.ipv6 ? 0x4U << options : 0U;
    type |= info.l4_kind == L4::tcp ? 0x10U : 0U;
    type |= info.l4_kind == L4::udp ? 0x20U : 0U;
    type |= info.l4_kind == L4::sctp ? 0x40U : 0U;
    return static_cast<u16>(type << 4U);
}

}  // namespace

Receiver::Receiver(DeviceContext context, std::function<void(u16)> on_pause)
    : context_(context), on_pause_(std::move(on_pause)), queues_(context.spec.queues) {}

void Receiver::reset() {
    buffer_.clear();
    buffered_ = 0;
    held_until_ns_ = 0;
}

std::size_t Receiver::buffer_size() const {
    constexpr std::size_t kilobyte = 1024;
    const MacSpec& spec = context_.spec;
    const u32 size = context_.regs[reg::RXPBS] & spec.rx_buffer_mask;
    if (spec.rx_buffer == BufferSize::coded) {
        constexpr std::array<std::size_t, 11> sizes{36, 72, 144, 1, 2, 4, 8, 16, 35, 70, 140};
        return kilobyte * (size < sizes.size() ? sizes.at(size) : sizes[0]);
    }
    return kilobyte * (size != 0 ? size : spec.rx_buffer_kb);
}

void Receiver::receive(Bytes frame, bool bad_crc) {
    if ((context_.regs[reg::RCTL] & reg::RCTL_EN) == 0 || frame.size() < ethernet_header) {
        ++counters_.receiver_off;
        return;
    }
    ++counters_.offered;
    if (context_.faults.armed()) {
        bad_crc |= context_.strikes(Fault::rx_crc, 0);
    }
    if (!passes_mac(frame, bad_crc)) {
        return;
    }
    const FrameInfo info = parse_frame(frame, static_cast<u16>(context_.regs[reg::VET]));
    if (!accepts(context_.spec, context_.regs, frame, info)) {
        ++counters_.filtered;
        return;
    }
    if (context_.faults.armed() && context_.strikes(Fault::rx_drop, 0)) {
        context_.regs.count(reg::MPC);
        ++counters_.missed;
        return;
    }
    if (!bad_crc) {
        count_received(context_.regs, frame);
    }
    enqueue(Waiting{std::move(frame), bad_crc});
}

// Length and CRC, with the counters of what fails.
bool Receiver::passes_mac(const Bytes& frame, bool bad_crc) {
    RegisterFile& regs = context_.regs;
    const std::size_t wire = frame.size() + crc_size;
    const bool store_bad = (regs[reg::RCTL] & reg::RCTL_SBP) != 0;
    regs.count(reg::TPR);
    regs.count64(reg::TORL, wire);
    const bool tagged = load_be16(frame.data() + 12) == (regs[reg::VET] & 0xffffU);
    const std::size_t standard = longest_standard + (tagged ? vlan_tag : 0);
    const bool long_allowed = (regs[reg::RCTL] & reg::RCTL_LPE) != 0;
    const std::size_t longest = long_allowed ? regs[reg::RLPML] : standard;
    if (wire < shortest_on_wire) {
        regs.count(bad_crc ? reg::RFC : reg::RUC);
        return store_bad;
    }
    if (wire > longest) {
        regs.count(bad_crc ? reg::RJC : reg::ROC);
        return store_bad;
    }
    if (bad_crc) {
        regs.count(reg::CRCERRS);
        return store_bad;
    }
    return !take_pause(frame);
}

bool Receiver::take_pause(ByteView frame) {
    if (load_be16(frame.data() + 12) != type_mac_control || frame.size() < 18 ||
        load_be16(frame.data() + 14) != 1) {
        return false;
    }
    const u16 quanta = load_be16(frame.data() + 16);
    context_.regs.count(quanta != 0 ? reg::XOFFRXC : reg::XONRXC);
    on_pause_(quanta);
    return (context_.regs[reg::RCTL] & reg::RCTL_PMCF) == 0;
}

void Receiver::enqueue(Waiting waiting) {
    if (context_.faults.armed()) {
        const u64 now = context_.timers.now_ns();
        if (const auto late = context_.faults.strikes(Fault::slow_dma, -1, now)) {
            hold_back(*late);
        }
    }
    const bool held = context_.timers.now_ns() < held_until_ns_;
    if (buffer_.empty() && !held && dma_allowed_ && deliver(waiting)) {
        return;
    }
    const std::size_t size = waiting.frame.size();
    if (buffered_ + size > buffer_size()) {
        context_.regs.count(reg::MPC);
        ++counters_.missed;
        return;
    }
    buffered_ += size;
    buffer_.push_back(std::move(waiting));
}

void Receiver::hold_back(u64 microseconds) {
    constexpr u64 microsecond = 1000;
    held_until_ns_ =
        std::max(held_until_ns_, context_.timers.now_ns() + (microseconds * microsecond));
    context_.timers.at(held_until_ns_, [this] { drain(); });
}

void Receiver::drain() {
    while (dma_allowed_ && !buffer_.empty() && context_.timers.now_ns() >= held_until_ns_) {
        const std::size_t size = buffer_.front().frame.size();
        if (!deliver(buffer_.front())) {
            return;
        }
        buffered_ -= size;
        buffer_.pop_front();
    }
}

void Receiver::allow_dma(bool may) {
    dma_allowed_ = may;
    drain();
}

std::size_t Receiver::packet_buffer(u32 queue) const {
    const u32 control = context_.regs[reg::rx(queue, reg::SRRCTL)];
    const std::size_t own = std::size_t{bits(control, 0, 7)} * 1024;
    if (own != 0) {
        return own;
    }
    return std::size_t{2048} >> bits(context_.regs[reg::RCTL], 16, 2);
}

// False: it has to wait. True: it is done with, one way or the other.
bool Receiver::deliver(Waiting& waiting) {
    RegisterFile& regs = context_.regs;
    const FrameInfo info = parse_frame(waiting.frame, static_cast<u16>(regs[reg::VET]));
    const QueueChoice choice = choose_queue(context_.spec, regs, waiting.frame, info);
    const u32 queue = choice.queue;
    if ((regs[reg::rx(queue, reg::RXDCTL)] & reg::QUEUE_ENABLE) == 0) {
        ++counters_.queue_off;
        return true;
    }
    const u32 length = regs[reg::rx(queue, reg::RDLEN)] / descriptor_size;
    const u32 head = regs[reg::rx(queue, reg::RDH)];
    const u32 tail = regs[reg::rx(queue, reg::RDT)];
    const std::size_t buffer = packet_buffer(queue);
    const std::size_t needed = (waiting.frame.size() + stamp_size + crc_size + buffer - 1) / buffer;
    if (length == 0 || head >= length || tail >= length || needed >= length) {
        context_.complaints.add("Rx queue " + std::to_string(queue) + " is enabled with RDLEN " +
                                std::to_string(length) + ", RDH " + std::to_string(head) +
                                ", RDT " + std::to_string(tail) + ": the frame is lost");
        return true;
    }
    const u32 given = (tail + length - head) % length;
    const bool stalled = context_.faults.armed() && context_.strikes(Fault::rx_stall, queue);
    if (given < needed || stalled) {
        if ((regs[reg::rx(queue, reg::SRRCTL)] & reg::SRRCTL_DROP_EN) != 0) {
            regs.count(reg::rx(queue, reg::RQDPC));
            ++queues_[queue].dropped;
            return true;
        }
        if (!waiting.counted) {
            waiting.counted = true;
            regs.count(reg::RNBC);
            ++counters_.no_buffer;
        }
        return false;
    }
    if (!write_frame(queue, waiting, info, choice, buffer)) {
        return true;
    }
    if (!waiting.bad_crc) {
        count_to_host(regs, waiting.frame);
    }
    QueueCounters& counters = queues_[queue];
    ++counters.frames;
    counters.octets += waiting.frame.size() + crc_size;
    ++counters.by_reason.at(static_cast<std::size_t>(choice.reason));
    regs.count(reg::PQGPRC + (reg::queue_statistics_stride * queue));
    if (context_.faults.armed() && context_.strikes(Fault::rx_phantom, queue)) {
        phantom(queue);
    }
    context_.interrupts.rx_done(queue, choice.immediate);
    return true;
}

std::size_t Receiver::header_length(u32 queue, const FrameInfo& info) const {
    const u32 types = context_.regs[reg::PSRTYPE + (4 * (queue % 8))];
    const bool l4 = (info.l4_kind == L4::tcp && (types & bit(4)) != 0) ||
                    (info.l4_kind == L4::udp && (types & bit(5)) != 0);
    if (l4) {
        return info.payload;
    }
    const bool l3 = (info.ipv4 && (types & bit(8)) != 0) || (info.ipv6 && (types & bit(9)) != 0);
    if (l3) {
        return info.l4 != 0 ? info.l4 : info.payload;
    }
    return (types & bit(12)) != 0 ? info.l3 : 0;
}

// TSYNCRXCTL.TYPE "all", 82580 and later.
bool Receiver::stamps_all() const {
    constexpr u32 all = 4;
    const u32 control = context_.regs[reg::TSYNCRXCTL];
    return context_.spec.clock != ClockKind::ticks64 && (control & reg::TSYNC_ENABLED) != 0 &&
           bits(control, 1, 3) == all;
}

// `marked`: a filter asks for it. Only a MAC that stamps everything needs none.
bool Receiver::stamp(ByteView frame, const FrameInfo& info, bool marked) {
    RegisterFile& regs = context_.regs;
    if ((regs[reg::TSYNCRXCTL] & reg::TSYNC_ENABLED) == 0 ||
        (regs[reg::TSYNCRXCTL] & reg::TSYNC_VALID) != 0) {
        return false;
    }
    const auto message = ptp_message(frame, info);
    if (!stamps_all() &&
        (!marked || !message ||
         !ptp_selected(*message, bits(regs[reg::TSYNCRXCTL], 1, 3), regs[reg::TSYNCRXCFG]))) {
        return false;
    }
    const SystemClock::Stamp now = context_.clock.now();
    regs[reg::RXSTMPL] = now.low;
    regs[reg::RXSTMPH] = now.high;
    regs[reg::RXSATRL] = message ? message->source_low : 0;
    regs[reg::RXSATRH] = message ? message->source_high : 0;
    regs[reg::TSYNCRXCTL] |= reg::TSYNC_VALID;
    return true;
}

Receiver::WriteBack Receiver::describe(const Waiting& waiting, const FrameInfo& info,
                                       const QueueChoice& choice) const {
    const RegisterFile& regs = context_.regs;
    const u32 rxcsum = regs[reg::RXCSUM];
    WriteBack out;
    out.packet_info =
        static_cast<u16>(packet_type(info, choice) | static_cast<unsigned>(choice.rss));
    out.status = status_done | status_end;
    const ChecksumOptions options{(rxcsum & reg::RXCSUM_IPOFL) != 0,
                                  (rxcsum & reg::RXCSUM_TUOFL) != 0,
                                  (rxcsum & reg::RXCSUM_CRCOFL) != 0};
    const ChecksumVerdict verdict = check_frame(waiting.frame, info, options);
    out.status |= verdict.ip_checked ? status_ip_checked : 0;
    out.status |= verdict.ip_bad ? error_ip : 0;
    out.status |= verdict.l4_checked ? status_l4_checked : 0;
    out.status |= verdict.l4_checked && info.l4_kind == L4::udp ? status_udp_checked : 0;
    out.status |= verdict.l4_bad ? error_l4 : 0;
    out.status |= waiting.bad_crc ? error_receive : 0;
    if ((rxcsum & reg::RXCSUM_PCSD) != 0) {
        out.hash = choice.hash;
    } else if (info.ipv4) {
        out.hash = load_be16(waiting.frame.data() + info.l3 + 4);
    }
    if (info.tagged && (regs[reg::CTRL] & reg::CTRL_VME) != 0) {
        out.status |= status_vlan;
        out.vlan = info.tci;
    }
    return out;
}

bool Receiver::write_frame(u32 queue, const Waiting& waiting, const FrameInfo& info,
                           const QueueChoice& choice, std::size_t buffer) {
    RegisterFile& regs = context_.regs;
    const u32 control = regs[reg::rx(queue, reg::SRRCTL)];
    const u32 kind = bits(control, 25, 3);
    WriteBack last = describe(waiting, info, choice);
    Bytes data = waiting.frame;
    std::size_t header = header_length(queue, info);
    if ((last.status & status_vlan) != 0) {
        data.erase(data.begin() + 12, data.begin() + 12 + static_cast<std::ptrdiff_t>(vlan_tag));
        header -= header != 0 ? vlan_tag : 0;
    }
    if ((control & reg::SRRCTL_TIMESTAMP) != 0 && stamps_all()) {
        const SystemClock::Stamp now = context_.clock.now();
        std::array<u8, stamp_size> prefix{};
        store_le<u32>(prefix.data() + 8, now.low);
        store_le<u32>(prefix.data() + 12, now.high);
        data.insert(data.begin(), prefix.begin(), prefix.end());
        last.status |= status_stamp_in_packet;
        header = 0;
    } else if (stamp(waiting.frame, info, choice.time_stamp)) {
        last.status |= status_stamped;
    }
    if ((regs[reg::RCTL] & reg::RCTL_SECRC) == 0) {
        data.resize(data.size() + crc_size, 0);
    }
    if (kind != type_one_buffer && kind != type_split && kind != type_split_always) {
        context_.complaints.add("Rx queue " + std::to_string(queue) + ": SRRCTL.DESCTYPE " +
                                std::to_string(kind) + " is not modelled");
        return false;
    }
    const u32 length = regs[reg::rx(queue, reg::RDLEN)] / descriptor_size;
    const std::size_t header_buffer = std::size_t{bits(control, 8, 6)} * 64;
    const bool split = kind != type_one_buffer && header != 0 && header <= header_buffer;
    std::size_t at = 0;
    while (at < data.size()) {
        const u32 index = regs[reg::rx(queue, reg::RDH)];
        std::array<u8, descriptor_size> raw{};
        if (!context_.dma.read(descriptor_address(regs, reg::rx(queue, reg::RDBAL), index), raw)) {
            regs[reg::rx(queue, reg::RXDCTL)] &= ~reg::QUEUE_ENABLE;
            return false;
        }
        if (load_le<u64>(raw.data()) == 0 && !context_.dma.check(true)) {
            return false;
        }
        WriteBack now;
        now.status = status_done;
        if (at == 0 && split) {
            context_.dma.write(load_le<u64>(raw.data() + 8), ByteView(data).first(header));
            last.header_info = static_cast<u16>(split_header | (header << 5U & 0x7fe0U));
            at = header;
        }
        const std::size_t size = std::min(buffer, data.size() - at);
        context_.dma.write(load_le<u64>(raw.data()), ByteView(data).subspan(at, size));
        at += size;
        if (at == data.size()) {
            now = last;
        }
        regs[reg::rx(queue, reg::RDH)] = index + 1 == length ? 0 : index + 1;
        write_back(queue, index, now, static_cast<u16>(size));
    }
    return true;
}

void Receiver::write_back(u32 queue, u32 index, const WriteBack& info, u16 length) {
    WriteBack out = info;
    u32 slot = index;
    if (context_.faults.armed()) {
        corrupt(queue, slot, out, length);
    }
    std::array<u8, descriptor_size> raw{};
    store_le<u16>(raw.data(), out.packet_info);
    store_le<u16>(raw.data() + 2, out.header_info);
    store_le<u32>(raw.data() + 4, out.hash);
    store_le<u32>(raw.data() + 8, out.status);
    store_le<u16>(raw.data() + 12, length);
    store_le<u16>(raw.data() + 14, out.vlan);
    // The driver looks at the second half first: it must not be seen before the first. In a wrong
    // slot the first half stays: a device fetches addresses ahead, this one reads them when it
    // needs them.
    const u64 to = descriptor_address(context_.regs, reg::rx(queue, reg::RDBAL), slot);
    if (slot == index) {
        context_.dma.write(to, ByteView(raw).first(8));
    }
    std::atomic_thread_fence(std::memory_order_release);
    context_.dma.write(to + 8, ByteView(raw).subspan(8));
}

void Receiver::corrupt(u32 queue, u32& index, WriteBack& info, u16& length) {
    const u64 now = context_.timers.now_ns();
    const auto strikes = [&](Fault fault) {
        return context_.faults.strikes(fault, static_cast<int>(queue), now);
    };
    if (const auto value = strikes(Fault::rx_length)) {
        length = static_cast<u16>(*value);
    }
    if (strikes(Fault::rx_status)) {
        info.status = static_cast<u32>(context_.faults.random(u64{1} << 32U)) | status_done;
    }
    if (strikes(Fault::rx_no_eop)) {
        info.status &= ~status_end;
    }
    if (strikes(Fault::rx_checksum)) {
        info.status |= status_l4_checked | error_l4;
    }
    if (strikes(Fault::rx_vlan)) {
        info.status ^= status_vlan;
        info.vlan = static_cast<u16>(context_.faults.random(u64{1} << 16U));
    }
    if (strikes(Fault::rx_wrong_slot)) {
        const u32 ring = context_.regs[reg::rx(queue, reg::RDLEN)] / descriptor_size;
        index = index + 1 == ring ? 0 : index + 1;
    }
}

// A descriptor that the driver still owns suddenly says "done". As above, the address in its first
// half stays: the device is to lie, not to send its own next frame to a place that nobody named.
void Receiver::phantom(u32 queue) {
    std::array<u8, descriptor_size / 2> raw{};
    store_le<u32>(raw.data(), status_done | status_end);
    store_le<u16>(raw.data() + 4, shortest_on_wire);
    const u32 tail = context_.regs[reg::rx(queue, reg::RDT)];
    const u64 to = descriptor_address(context_.regs, reg::rx(queue, reg::RDBAL), tail);
    context_.dma.write(to + raw.size(), raw);
}

}  // namespace igbmodel
