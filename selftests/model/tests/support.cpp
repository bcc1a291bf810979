// SPDX-License-Identifier: GPL-2.0-only
#include "tests/support.hpp"

#include <algorithm>

namespace igbmodel::test {

namespace {

void append(Bytes& to, const Bytes& from) { to.insert(to.end(), from.begin(), from.end()); }

void append16(Bytes& to, unsigned value) {
    to.push_back(static_cast<u8>(value >> 8U));
    to.push_back(static_cast<u8>(value));
}

Bytes make_l4(const FrameSpec& spec) {
    Bytes l4;
    append16(l4, spec.source_port);
    append16(l4, spec.destination_port);
    if (spec.protocol == 6) {
        append(l4, from_hex("00000001 00000002 50"));
        l4.push_back(spec.tcp_flags);
        append(l4, from_hex("0400 0000 0000"));
    } else if (spec.protocol == 17) {
        append16(l4, static_cast<unsigned>(8 + spec.payload));
        append16(l4, 0);
    } else {
        append(l4, from_hex("00000000 00000000"));  // SCTP: tag and checksum
    }
    for (std::size_t i = 0; i < spec.payload; ++i) {
        l4.push_back(static_cast<u8>(i));
    }
    return l4;
}

}  // namespace

Bytes make_frame(const FrameSpec& spec) {
    Bytes l4 = make_l4(spec);
    Bytes addresses;
    if (spec.ipv6) {
        append(addresses, spec.source6);
        append(addresses, spec.destination6);
    } else {
        for (const u32 one : {spec.source4, spec.destination4}) {
            append16(addresses, one >> 16U);
            append16(addresses, one & 0xffffU);
        }
    }
    if (spec.protocol == 132) {
        store_le<u32>(l4.data() + 8, crc32c(l4));
    } else if (spec.protocol == 6 || spec.protocol == 17) {
        const u32 sum = checksum_add(checksum_add(spec.protocol + static_cast<u32>(l4.size()),
                                                  addresses), l4);
        store_be16(l4.data() + (spec.protocol == 6 ? 16 : 6),
                   static_cast<u16>(~checksum_fold(sum)));
    }
    Bytes frame = spec.destination;
    append(frame, from_hex("020000000099"));
    if (spec.tci >= 0) {
        append16(frame, 0x8100);
        append16(frame, static_cast<unsigned>(spec.tci));
    }
    append16(frame, spec.ipv6 ? 0x86dd : 0x0800);
    const std::size_t l3 = frame.size();
    if (spec.ipv6) {
        append(frame, from_hex("60000000"));
        append16(frame, static_cast<unsigned>(l4.size()));
        frame.push_back(spec.protocol);
        frame.push_back(64);
        append(frame, addresses);
    } else {
        append(frame, from_hex("4500"));
        append16(frame, static_cast<unsigned>(20 + l4.size()));
        append(frame, from_hex("1234 4000 40"));
        frame.push_back(spec.protocol);
        append16(frame, 0);
        append(frame, addresses);
        store_be16(frame.data() + l3 + 10,
                   static_cast<u16>(~checksum_fold(checksum_add(0, ByteView(frame).subspan(l3, 20)))));
    }
    append(frame, l4);
    return frame;
}

Bench::Bench(const std::string& mac) : irqs(25) {
    options.spec = find_mac(mac);
    nic = std::make_unique<Nic>(options, timers, dma, irqs);
    memory = std::make_unique<GuestMemory>(dma);
    nic->connect(port);
    const Bytes command{0x06, 0x00};
    nic->region_write(region_config, 4, command);
    port.user().partner_changed(full_offer());
    nic->write(reg::CTRL, reg::CTRL_SLU | reg::CTRL_FD);
    for (u32 queue = 0; queue < nic->spec().queues; ++queue) {
        nic->write(reg::rx(queue, reg::RDBAL), static_cast<u32>(rx_descriptor(queue, 0)));
        nic->write(reg::rx(queue, reg::RDLEN), ring_size * 16);
        nic->write(reg::rx(queue, reg::SRRCTL), 0x02000002);  // one buffer of 2 KiB
        nic->write(reg::rx(queue, reg::RXDCTL), reg::QUEUE_ENABLE);
        nic->write(reg::tx(queue, reg::TDBAL), static_cast<u32>(tx_descriptor(queue, 0)));
        nic->write(reg::tx(queue, reg::TDLEN), ring_size * 16);
        nic->write(reg::tx(queue, reg::TXDCTL), reg::QUEUE_ENABLE);
        give_rx(queue, ring_size - 1);
    }
    nic->write(reg::RCTL, reg::RCTL_EN | reg::RCTL_BAM | reg::RCTL_SECRC);
    nic->write(reg::TCTL, reg::TCTL_EN | reg::TCTL_PSP);
}

void Bench::give_rx(u32 queue, u32 count) {
    const u32 tail = nic->read(reg::rx(queue, reg::RDT));
    for (u32 i = 0; i < count; ++i) {
        const u32 index = (tail + i) % ring_size;
        Bytes raw(16, 0);
        store_le<u64>(raw.data(), rx_buffers + (queue == 0 ? index * 2048U : 0x40000U));
        memory->put(rx_descriptor(queue, index), raw);
    }
    nic->write(reg::rx(queue, reg::RDT), (tail + count) % ring_size);
}

int Bench::queue_of(const Bytes& frame) {
    std::vector<u64> before;
    for (u32 queue = 0; queue < nic->spec().queues; ++queue) {
        before.push_back(nic->receiver().counters(queue).frames);
    }
    arrive(frame);
    for (u32 queue = 0; queue < nic->spec().queues; ++queue) {
        if (nic->receiver().counters(queue).frames != before[queue]) {
            give_rx(queue, 1);
            return static_cast<int>(queue);
        }
    }
    return -1;
}

void Bench::put_tx(u32 queue, u32 index, u64 a, u32 b, u32 c) {
    Bytes raw(16, 0);
    store_le<u64>(raw.data(), a);
    store_le<u32>(raw.data() + 8, b);
    store_le<u32>(raw.data() + 12, c);
    memory->put(tx_descriptor(queue, index), raw);
}

}  // namespace igbmodel::test
