// SPDX-License-Identifier: GPL-2.0-only
#include "tests/support.hpp"

#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <cstring>

namespace igbmodel::test {

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

void Bench::give_rx(u32 queue, u32 count) const {
    const u32 tail = nic->read(reg::rx(queue, reg::RDT));
    for (u32 i = 0; i < count; ++i) {
        const u32 index = (tail + i) % ring_size;
        Bytes raw(16, 0);
        store_le<u64>(raw.data(), rx_buffers + (queue == 0 ? u64{index} * 2048 : 0x40000));
        memory->put(rx_descriptor(queue, index), raw);
    }
    nic->write(reg::rx(queue, reg::RDT), (tail + count) % ring_size);
}

int Bench::queue_of(const Bytes& frame) const {
    std::vector<u64> before;
    before.reserve(nic->spec().queues);
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

void Bench::put_tx(u32 queue, u32 index, u64 a, u32 b, u32 c) const {
    Bytes raw(16, 0);
    store_le<u64>(raw.data(), a);
    store_le<u32>(raw.data() + 8, b);
    store_le<u32>(raw.data() + 12, c);
    memory->put(tx_descriptor(queue, index), raw);
}

void turn(Loop& loop, int times) {
    // Always readable: one look at all descriptors, then the loop ends.
    const UniqueFd always(::eventfd(1, 0));
    loop.watch(always.get(), [&loop] { loop.stop(); });
    for (int i = 0; i < times; ++i) {
        loop.run();
    }
    loop.unwatch(always.get());
}

UniqueFd connect_to(const std::string& path) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::memcpy(address.sun_path, path.c_str(), path.size() + 1);
    UniqueFd client(::socket(AF_UNIX, SOCK_STREAM, 0));
    if (::connect(client.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
        std::abort();
    }
    return client;
}

}  // namespace igbmodel::test
