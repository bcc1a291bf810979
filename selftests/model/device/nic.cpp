// SPDX-License-Identifier: GPL-2.0-only
// Life of the function: bus, resets, link, interrupts' way out. Registers: nic_registers.cpp.
#include "device/nic.hpp"

#include <algorithm>
#include <array>

#include "util/bytes.hpp"
#include "util/log.hpp"

namespace igbmodel {

namespace {

constexpr u32 bar0_size = reg::space_size;
constexpr u32 msix_bar_size = 0x4000;
constexpr u64 microsecond = 1000;

PciIdentity identity_of(const NicOptions& options) {
    PciIdentity identity;
    identity.device = options.spec->device_id;
    identity.revision = options.spec->revision;
    identity.subsystem = 0x0001;
    identity.with_msix = options.with_msix;
    identity.with_msi = options.with_msi;
    identity.msix_vectors =
        options.msix_vectors != 0 ? options.msix_vectors : options.spec->msix_vectors;
    identity.bar0_size = bar0_size;
    identity.msix_bar_size = msix_bar_size;
    const MacAddress& a = options.address;
    // PCI Express Base 7.9.3: the address as EUI-64 with FFFFh in the middle.
    identity.serial = u64{a[0]} << 56U | u64{a[1]} << 48U | u64{a[2]} << 40U | u64{0xffff} << 24U |
                      u64{a[3]} << 16U | u64{a[4]} << 8U | a[5];
    return identity;
}

}  // namespace

Nic::Nic(const NicOptions& options, Timers& timers, DmaTable& dma, IrqTable& irqs)
    : options_(options),
      spec_(*options.spec),
      timers_(timers),
      dma_(dma),
      irqs_(irqs),
      config_(identity_of(options)),
      regs_(spec_),
      nvm_(spec_, options.address),
      phy_(spec_, timers),
      clock_(spec_.clock, timers),
      faults_(options.seed),
      random_mode_(options.seed),
      interrupts_(spec_, regs_, timers, *this),
      pins_(regs_, interrupts_),
      receiver_(DeviceContext{spec_, regs_, dma, interrupts_, clock_, timers, faults_, complaints_},
                [this](u16 quanta) { pause_received(quanta); }),
      transmitter_(
          DeviceContext{spec_, regs_, dma, interrupts_, clock_, timers, faults_, complaints_},
          [this](Bytes frame, u32 /*queue*/) { transmitted(std::move(frame)); }),
      scheduled_(spec_.queues, false) {
    phy_.on_link_change([this] { link_changed(); });
    phy_.on_offer([this] {
        if (port_ != nullptr) {
            port_->own_offer(phy_.offer());
        }
    });
    device_reset(true);
}

void Nic::connect(Port& port) {
    port_ = &port;
    port.attach(*this);
    port.own_offer(phy_.offer());
    pins_.set_level(Pins::signal, true);
}

// --- The bus ---

u64 Nic::region_size(u32 region) const {
    switch (region) {
        case region_bar0:
            return bar0_size;
        case region_bar0 + ConfigSpace::msix_bar:
            return options_.with_msix ? msix_bar_size : 0;
        case region_config:
            return ConfigSpace::size;
        default:
            return 0;
    }
}

void Nic::region_read(u32 region, u64 offset, ByteSpan data) {
    if (region == region_config) {
        if (strikes(Fault::all_ones)) {
            std::ranges::fill(data, u8{0xff});
            return;
        }
        config_.read(offset, data);
        return;
    }
    if (region != region_bar0 || asleep() || strikes(Fault::all_ones)) {
        std::ranges::fill(data, region == region_bar0 ? u8{0xff} : u8{0});
        return;
    }
    if (data.size() == 4 && offset % 4 == 0) {
        store_le(data.data(), read(static_cast<u32>(offset)));
        return;
    }
    for (std::size_t i = 0; i < data.size(); ++i) {
        const u64 at = offset + i;
        data[i] = static_cast<u8>(regs_[static_cast<u32>(at & ~u64{3})] >> 8 * (at % 4));
    }
}

void Nic::region_write(u32 region, u64 offset, ByteView data) {
    if (region == region_config) {
        const bool was_master = config_.bus_master();
        const ConfigEvents events = config_.write(offset, data);
        if (events.function_level_reset) {
            log_debug(name() + ": function level reset");
            bus_reset();
        } else if (events.woke_from_d3) {
            device_reset(true);
        }
        // A driver enables bus mastering when firmware and kernel have long written to memory.
        if (!was_master && config_.bus_master()) {
            dma_.check();
        }
        mastering_changed();
        drive_line();
        return;
    }
    if (region != region_bar0 || faults_.in_force(Fault::all_ones, timers_.now_ns())) {
        return;
    }
    if (asleep()) {
        complaints_.add("register " + hex(offset) + " was written in D3hot");
        return;
    }
    if (data.size() % 4 != 0 || offset % 4 != 0) {
        complaints_.add("register " + hex(offset) + " was written with " +
                        std::to_string(data.size()) + " bytes");
        return;
    }
    for (std::size_t i = 0; i < data.size(); i += 4) {
        write(static_cast<u32>(offset + i), load_le<u32>(data.data() + i));
    }
}

bool Nic::asleep() const {
    constexpr unsigned d3_hot = 3;
    return config_.power_state() == d3_hot;
}

bool Nic::may_master() const {
    return config_.bus_master() && config_.power_state() == 0 &&
           (regs_[reg::CTRL] & reg::CTRL_GIO_MASTER_DISABLE) == 0;
}

void Nic::mastering_changed() {
    const bool may = may_master();
    if (may == mastering_) {
        return;
    }
    mastering_ = may;
    receiver_.allow_dma(may);
    if (may) {
        flow_control();
        kick_all();
    }
}

void Nic::bus_reset() {
    config_.reset();
    device_reset(true);
}

void Nic::attached() {
    attached_ = true;
    log_line(name() + ": QEMU is attached");
}

void Nic::detached() {
    attached_ = false;
    log_line(name() + ": QEMU has gone");
    bus_reset();
    phy_.hard_reset();
}

// --- Resets ---

void Nic::device_reset(bool whole_device) {
    interrupts_.reset();
    regs_.reset();
    if (whole_device) {
        regs_[reg::SWSM] = 0;
        regs_[reg::SW_FW_SYNC] = 0;
    }
    regs_[reg::EECD] = nvm_.control_at_reset();
    receiver_.reset();
    transmitter_.reset();
    clock_.reset();
    scheduled_.assign(scheduled_.size(), false);
    outgoing_.clear();
    paused_until_ns_ = 0;
    partner_paused_ = false;
    link_reported_ = false;
    line_late_ = false;
    load_address();
    mastering_changed();
}

void Nic::load_address() {
    const MacAddress address = nvm_.address();
    regs_[reg::receive_address_low(0)] = load_le<u32>(address.data());
    regs_[reg::receive_address_low(0) + 4] = load_le<u16>(address.data() + 4) | reg::RAH_AV;
}

// --- Link ---

bool Nic::looped() const {
    return phy_.loopback() || bits(regs_[reg::RCTL], 6, 2) != 0;
}

bool Nic::link_up() const {
    return (regs_[reg::CTRL] & reg::CTRL_SLU) != 0 && phy_.link().up;
}

u32 Nic::status() const {
    u32 value = regs_[reg::STATUS];
    const LinkState& link = phy_.link();
    const bool full = (regs_[reg::CTRL] & reg::CTRL_FRCDPX) != 0
                          ? (regs_[reg::CTRL] & reg::CTRL_FD) != 0
                          : link.full;
    u32 speed = speed_code(link.speed);
    if ((regs_[reg::CTRL] & reg::CTRL_FRCSPD) != 0) {
        speed = bits(regs_[reg::CTRL], reg::CTRL_SPEED_SHIFT, 2);
    }
    value |= full ? reg::STATUS_FD : 0;
    value |= speed << reg::STATUS_SPEED_SHIFT;
    value |= link_up() ? reg::STATUS_LU : 0;
    if ((regs_[reg::CTRL] & reg::CTRL_GIO_MASTER_DISABLE) != 0) {
        value &= ~reg::STATUS_GIO_MASTER;
    }
    return value;
}

void Nic::link_changed() {
    const bool up = link_up();
    if (up == link_reported_) {
        return;
    }
    link_reported_ = up;
    log_debug(name() + (up ? ": link up" : ": link down"));
    interrupts_.cause(reg::ICR_LSC);
    if (asleep() && (regs_[reg::WUC] & reg::WUC_PME_EN) != 0 &&
        (regs_[reg::WUFC] & reg::WUFC_LNKC) != 0) {
        log_debug(name() + ": the link wakes the machine");
        config_.set_pme();
    }
    if (up) {
        kick_all();
    } else {
        outgoing_.clear();
        paused_until_ns_ = 0;
        partner_paused_ = false;
    }
}

void Nic::partner_changed(const PhyOffer& offer) {
    phy_.set_partner(offer);
}

void Nic::set_cable(bool plugged) {
    if (!plugged) {
        faults_.count(Fault::link_flap);
    }
    phy_.set_cable(plugged);
    pins_.set_level(Pins::signal, plugged);
}

// The status bits alone: QEMU answers an error interrupt of a vfio device by stopping the guest.
void Nic::record_aer(bool uncorrectable, u32 bits) {
    faults_.count(Fault::aer);
    config_.record_aer(uncorrectable, bits);
}

// --- Frames ---

void Nic::frame_arrived(Bytes frame, bool bad_crc) {
    if (link_up() && !looped() && config_.power_state() == 0) {
        frame_passes();
        if (capture_) {
            capture_->write(frame, timers_.now_ns());
        }
        receiver_.receive(std::move(frame), bad_crc);
        flow_control();
    }
}

void Nic::transmitted(Bytes frame) {
    frame_passes();
    if (looped()) {
        receiver_.receive(std::move(frame));
    } else if (port_ != nullptr) {
        outgoing_.push_back(std::move(frame));
        pump();
    }
}

// Puts on the wire what no pause holds back.
void Nic::pump() {
    while (!outgoing_.empty() && timers_.now_ns() >= paused_until_ns_) {
        Bytes frame = std::move(outgoing_.front());
        outgoing_.pop_front();
        put_on_wire(std::move(frame));
    }
}

void Nic::put_on_wire(Bytes frame) {
    if (capture_) {
        capture_->write(frame, timers_.now_ns());
    }
    port_->send(std::move(frame));
}

Status Nic::capture(const std::string& path) {
    capture_.reset();
    if (path.empty()) {
        return {};
    }
    Result<PcapWriter> writer = PcapWriter::create(path);
    if (!writer) {
        return writer.error();
    }
    capture_.emplace(std::move(writer.value()));
    return {};
}

// IEEE 802.3 annex 31B. One quantum is 512 bit times: 512 ns at 1 Gb/s.
void Nic::pause_received(u16 quanta) {
    if ((regs_[reg::CTRL] & reg::CTRL_RFCE) == 0) {
        return;
    }
    constexpr u64 bits_per_quantum = 512;
    constexpr u64 bit_time_at_1_mbit = 1000;
    timers_.cancel(pause_timer_);
    paused_until_ns_ =
        timers_.now_ns() + quanta * bits_per_quantum * bit_time_at_1_mbit / phy_.link().speed;
    pause_timer_ = timers_.at(paused_until_ns_, [this] {
        pause_timer_ = Timers::none;
        paused_until_ns_ = 0;
        pump();
        kick_all();
    });
}

void Nic::send_pause(bool off) {
    constexpr std::array<u8, 18> start{0x01, 0x80, 0xc2, 0x00, 0x00, 0x01, 0,    0,    0,
                                       0,    0,    0,    0x88, 0x08, 0x00, 0x01, 0x00, 0x00};
    Bytes frame(start.begin(), start.end());
    frame.resize(Port::shortest_frame, 0);
    const MacAddress own = nvm_.address();
    std::ranges::copy(own, frame.begin() + 6);
    store_be16(frame.data() + 16, off ? static_cast<u16>(regs_[reg::FCTTV]) : u16{0});
    regs_.count(off ? reg::XOFFTXC : reg::XONTXC);
    partner_paused_ = off;
    put_on_wire(std::move(frame));
}

// XOFF above the packet buffer's high water mark, XON below its low one.
void Nic::flow_control() {
    const u32 high = regs_[reg::FCRTH];
    const u32 low = regs_[reg::FCRTL];
    if (port_ == nullptr || high == 0 || (regs_[reg::CTRL] & reg::CTRL_TFCE) == 0) {
        return;
    }
    const std::size_t waiting = receiver_.waiting_bytes();
    if (!partner_paused_ && waiting > high) {
        send_pause(true);
    } else if (partner_paused_ && waiting <= (low & 0xffffU) && (low & bit(31)) != 0) {
        send_pause(false);
    }
}

void Nic::kick(u32 queue) {
    if (scheduled_[queue]) {
        return;
    }
    scheduled_[queue] = true;
    const bool work = regs_[reg::tx(queue, reg::TDH)] != regs_[reg::tx(queue, reg::TDT)];
    if (faults_.armed() && work) {
        const auto late =
            faults_.strikes(Fault::slow_dma, static_cast<int>(queue), timers_.now_ns());
        if (late) {
            timers_.at(timers_.now_ns() + (*late * microsecond),
                       [this, queue] { run_queue(queue); });
            return;
        }
    }
    timers_.defer([this, queue] { run_queue(queue); });
}

void Nic::run_queue(u32 queue) {
    if (!scheduled_[queue]) {
        return;  // a reset came in between
    }
    scheduled_[queue] = false;
    // Without a link the transmitter keeps what it has, as the MAC does.
    if ((!link_up() && !looped()) || !may_master() || !outgoing_.empty()) {
        return;
    }
    if (transmitter_.run(queue)) {
        scheduled_[queue] = true;
        // Other events get their turn between two bursts.
        timers_.at(timers_.now_ns(), [this, queue] { run_queue(queue); });
    }
}

void Nic::kick_all() {
    for (u32 queue = 0; queue < spec_.queues; ++queue) {
        kick(queue);
    }
}

// --- Misdeeds ---

Status Nic::can(Fault fault) const {
    const bool of_messages = fault == Fault::irq_drop || fault == Fault::irq_duplicate;
    if (of_messages && !options_.with_msix && !options_.with_msi) {
        return Error{
            std::string(fault_name(fault)) +
            " is about messages, and this device has irq=intx: a level is neither lost nor "
            "doubled"};
    }
    return {};
}

void Nic::misbehave(const FaultRule& rule) {
    switch (rule.fault) {
        case Fault::link_flap:
            flap(rule.until_ns);
            return;
        case Fault::aer: {
            constexpr u32 receiver_error = bit(0);
            record_aer(rule.value != 0,
                       rule.value != 0 ? static_cast<u32>(rule.value) : receiver_error);
            return;
        }
        default:
            break;
    }
    if (rule.until_ns != 0) {
        timers_.at(rule.until_ns, [this] { faults_changed(); });
    }
    faults_.add(rule);
    faults_changed();
}

void Nic::behave() {
    random_mode_.stop();
    faults_.clear_all();
    faults_changed();
}

void Nic::behave(Fault fault) {
    faults_.clear(fault);
    faults_changed();
}

void Nic::flap(u64 until_ns) {
    constexpr u64 shortest = 10'000'000;
    set_cable(false);
    timers_.at(std::max(until_ns, timers_.now_ns() + shortest), [this] { set_cable(true); });
}

void Nic::misbehave_by_chance(u64 seed, u64 frames) {
    faults_.reseed(seed);
    random_mode_.start(seed, frames);
}

void Nic::frame_passes() {
    if (random_mode_.left() == 0) {
        return;
    }
    if (const auto misdeed = random_mode_.next()) {
        // Not amidst the work on a frame: a flap of the link goes through all the rooms.
        timers_.defer([this, misdeed] {
            FaultRule rule = misdeed->rule;
            rule.until_ns = misdeed->lasts_ns != 0 ? timers_.now_ns() + misdeed->lasts_ns : 0;
            misbehave(rule);
        });
    }
    if (random_mode_.left() == 0) {
        timers_.defer([this] {
            faults_.clear_by_chance();
            faults_changed();
        });
    }
}

void Nic::faults_changed() {
    kick_all();
    receiver_.drain();
}

// --- Interrupts' way out ---

InterruptMode Nic::mode() const {
    if (config_.msix_enabled()) {
        return InterruptMode::msix;
    }
    return config_.msi_enabled() ? InterruptMode::msi : InterruptMode::intx;
}

void Nic::send_message(u32 kind, u32 vector) {
    ++messages_sent_;
    irqs_.trigger(kind, vector);
}

void Nic::message(u32 vector) {
    if (!config_.bus_master() || config_.power_state() != 0) {
        return;
    }
    const u32 kind = mode() == InterruptMode::msix ? IrqTable::msix : IrqTable::msi;
    if (faults_.armed()) {
        const u64 now = timers_.now_ns();
        const int which = static_cast<int>(vector);
        if (faults_.strikes(Fault::irq_drop, which, now)) {
            return;
        }
        if (const auto late = faults_.strikes(Fault::irq_delay, which, now)) {
            timers_.at(now + (*late * microsecond),
                       [this, kind, vector] { send_message(kind, vector); });
            return;
        }
        if (faults_.strikes(Fault::irq_duplicate, which, now)) {
            send_message(kind, vector);
        }
    }
    send_message(kind, vector);
}

void Nic::line(bool high) {
    if (high && faults_.armed() && !line_late_) {
        const u64 now = timers_.now_ns();
        if (const auto late = faults_.strikes(Fault::irq_delay, 0, now)) {
            line_late_ = true;
            timers_.at(now + (*late * microsecond), [this] {
                line_late_ = false;
                drive_line();
            });
        }
    }
    drive_line();
}

// The level follows from the causes, and from what the host says in configuration space.
void Nic::drive_line() {
    const bool pending =
        mode() == InterruptMode::intx && (regs_[reg::ICR] & reg::ICR_ASSERTED) != 0 && !line_late_;
    config_.set_interrupt_status(pending);
    const bool high = pending && !config_.intx_disabled();
    messages_sent_ += high && !irqs_.level() ? 1 : 0;
    irqs_.set_level(high);
}

bool Nic::strikes(Fault fault) {
    return faults_.armed() && faults_.strikes(fault, -1, timers_.now_ns()).has_value();
}

}  // namespace igbmodel
