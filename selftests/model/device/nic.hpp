// SPDX-License-Identifier: GPL-2.0-only
// One network function: the rooms put together, and the registers shared out among them.
#pragma once

#include <deque>
#include <functional>
#include <optional>
#include <string>

#include "datapath/rx.hpp"
#include "datapath/tx.hpp"
#include "faults/random_mode.hpp"
#include "mac/nvm.hpp"
#include "mac/phy.hpp"
#include "mac/pins.hpp"
#include "pci/config.hpp"
#include "ports/pcap.hpp"
#include "ports/port.hpp"
#include "transport/irq.hpp"
#include "transport/target.hpp"

namespace igbmodel {

struct NicOptions {
    std::string name = "nic";
    const MacSpec* spec = nullptr;
    MacAddress address{0x02, 0, 0, 0, 0, 1};
    bool with_msix = true;
    bool with_msi = true;
    u32 msix_vectors = 0;  // 0: as many as the MAC has
    u64 seed = 1;
};

class Nic final : public Target, public PortUser, private InterruptSink {
public:
    Nic(const NicOptions& options, Timers& timers, DmaTable& dma, IrqTable& irqs);

    void connect(Port& port);

    // Target: what QEMU sees.
    [[nodiscard]] u64 region_size(u32 region) const override;
    void region_read(u32 region, u64 offset, ByteSpan data) override;
    void region_write(u32 region, u64 offset, ByteView data) override;
    void bus_reset() override;
    void attached() override;
    void detached() override;

    // PortUser: what comes from the wire.
    void frame_arrived(Bytes frame, bool bad_crc) override;
    void partner_changed(const PhyOffer& offer) override;

    // For the control socket and tests.
    [[nodiscard]] const std::string& name() const { return options_.name; }
    [[nodiscard]] const MacSpec& spec() const { return spec_; }
    [[nodiscard]] MacAddress address() const { return nvm_.address(); }
    [[nodiscard]] RegisterFile& registers() { return regs_; }
    [[nodiscard]] Faults& faults() { return faults_; }
    [[nodiscard]] const Receiver& receiver() const { return receiver_; }
    [[nodiscard]] const Transmitter& transmitter() const { return transmitter_; }
    [[nodiscard]] const Complaints& complaints() const { return complaints_; }
    [[nodiscard]] const DmaTable& dma() const { return dma_; }
    [[nodiscard]] Phy& phy() { return phy_; }
    [[nodiscard]] Pins& pins() { return pins_; }
    [[nodiscard]] bool link_up() const;
    // Interrupts as QEMU sees them: messages, or how often the line rose.
    [[nodiscard]] u64 messages_sent() const { return messages_sent_; }
    // Whether this device, as it was built, can do that.
    [[nodiscard]] Status can(Fault fault) const;
    // Adds the rule; what needs none, a flap of the link or an AER error, is done at once.
    void misbehave(const FaultRule& rule);
    void behave();                                   // no rules any more
    void behave(Fault fault);                        // none of that kind
    void misbehave_by_chance(u64 seed, u64 frames);  // everything, until so many frames passed
    [[nodiscard]] u64 frames_left() const { return random_mode_.left(); }
    void set_cable(bool plugged);
    // Writes every frame that passes the connector to a pcap file; an empty path ends that.
    Status capture(const std::string& path);
    void record_aer(bool uncorrectable, u32 bits);
    void cause(u32 bits) { interrupts_.cause(bits); }

    u32 read(u32 offset);  // reading has effects of its own
    void write(u32 offset, u32 value);

private:
    // InterruptSink.
    [[nodiscard]] InterruptMode mode() const override;
    void message(u32 vector) override;
    void line(bool high) override;
    void send_message(u32 kind, u32 vector);

    void drive_line();
    [[nodiscard]] bool asleep() const;      // D3hot: configuration space is all that answers
    [[nodiscard]] bool may_master() const;  // reach memory: data, descriptors
    void mastering_changed();
    void device_reset(bool whole_device);
    void load_address();
    void link_changed();
    [[nodiscard]] bool looped() const;
    [[nodiscard]] u32 status() const;
    void transmitted(Bytes frame);
    void pump();
    void put_on_wire(Bytes frame);
    void flow_control();
    void send_pause(bool off);
    void pause_received(u16 quanta);
    void kick(u32 queue);
    void run_queue(u32 queue);
    void kick_all();

    [[nodiscard]] bool read_special(u32 offset, u32& value);
    [[nodiscard]] bool read_clock(u32 offset, u32& value);
    [[nodiscard]] u32 read_statistic(u32 offset);
    [[nodiscard]] bool write_special(u32 offset, u32 value);
    [[nodiscard]] bool write_clock(u32 offset, u32 value);
    [[nodiscard]] bool write_queue(u32 offset, u32 value);
    void write_control(u32 value);
    void faults_changed();  // rules were added or removed: queues may go on
    void frame_passes();
    void flap(u64 until_ns);
    void write_mdic(u32 value);
    [[nodiscard]] bool strikes(Fault fault);

    NicOptions options_;
    const MacSpec& spec_;
    Timers& timers_;
    DmaTable& dma_;
    IrqTable& irqs_;
    ConfigSpace config_;
    RegisterFile regs_;
    Nvm nvm_;
    Phy phy_;
    SystemClock clock_;
    SystemClock::Stamp latched_;
    Faults faults_;
    RandomMode random_mode_;
    Complaints complaints_;
    Interrupts interrupts_;
    Pins pins_;
    Receiver receiver_;
    Transmitter transmitter_;
    Port* port_ = nullptr;
    std::optional<PcapWriter> capture_;
    std::deque<Bytes> outgoing_;  // sent by the transmitter, held back by a pause of the partner
    u64 paused_until_ns_ = 0;
    Timers::Id pause_timer_ = Timers::none;
    bool partner_paused_ = false;  // by our own XOFF
    std::vector<bool> scheduled_;
    bool link_reported_ = false;
    bool mastering_ = false;
    bool attached_ = false;
    bool line_late_ = false;  // an interrupt that a fault delays
    u64 messages_sent_ = 0;
};

}  // namespace igbmodel
