// SPDX-License-Identifier: GPL-2.0-only
// What the model does to a driver on purpose. A rule says which misdeed, when and how often; each
// time one is carried out it is counted, so that a test can compare it with what the driver says.
#pragma once

#include <array>
#include <optional>
#include <random>
#include <string_view>
#include <vector>

#include "util/result.hpp"
#include "util/types.hpp"

namespace igbmodel {

enum class Fault : u8 {
    irq_drop,         // an interrupt message is not sent; a level line knows no such thing
    irq_delay,        // it is sent, or the line rises, `value` microseconds late
    irq_duplicate,    // it is sent twice; not with a level line
    rx_length,        // written-back length is `value`
    rx_status,        // random status and error bits
    rx_wrong_slot,    // written back into the next descriptor
    rx_no_eop,        // end of packet missing
    rx_checksum,      // checksum verdict "bad"
    rx_vlan,          // VLAN tag present flag and tag are wrong
    rx_phantom,       // a descriptor that was never given is written back
    rx_drop,          // the frame is lost in the MAC and counted as missed (MPC)
    rx_crc,           // the frame arrives with a bad CRC
    rx_stall,         // the queue takes no descriptor
    tx_hang,          // the queue sends nothing
    tx_no_writeback,  // a descriptor with RS is not reported
    tx_head,          // head write-back says `value`
    all_ones,         // every register reads as all ones; what is written meanwhile is lost
    nvm_checksum,     // the NVM's checksum reads wrong
    phy_silent,       // MDIC never becomes ready
    semaphore,        // SWSM is held by someone else
    slow_dma,         // a pass over a Tx queue or a received frame begins `value` microseconds late
    link_flap,        // the cable is out for a while
    aer,              // an error appears in the AER capability: `value` is its uncorrectable bits
};
constexpr std::size_t fault_count = 23;

[[nodiscard]] std::string_view fault_name(Fault fault);
[[nodiscard]] std::optional<Fault> find_fault(std::string_view name);

struct FaultRule {
    Fault fault = Fault::irq_drop;
    int queue = -1;  // or vector; -1: any
    u64 skip = 0;    // opportunities to let pass first
    u64 count = 0;   // how often to act; 0: without end
    u64 every = 1;   // act on each n-th opportunity
    double probability = 1.0;
    u64 value = 0;
    u64 until_ns = 0;        // 0: without end
    bool by_chance = false;  // of the random mode, which takes its own rules back
};

class Faults {
public:
    explicit Faults(u64 seed) : random_(seed) {}

    void add(const FaultRule& rule);
    void clear(Fault fault);
    void clear_all() { rules_.clear(); }
    void clear_by_chance();

    // An opportunity for `fault`: the rule's value if it is to happen now.
    [[nodiscard]] std::optional<u64> strikes(Fault fault, int queue, u64 now_ns);
    // Whether a rule for it is neither expired nor used up. This is no opportunity.
    [[nodiscard]] bool in_force(Fault fault, u64 now_ns) const;
    // One that is carried out without a rule.
    void count(Fault fault) { ++done_.at(static_cast<std::size_t>(fault)); }
    [[nodiscard]] bool armed() const { return !rules_.empty(); }
    [[nodiscard]] u64 done(Fault fault) const { return done_.at(static_cast<std::size_t>(fault)); }
    [[nodiscard]] u64 random(u64 below);
    void reseed(u64 seed) { random_.seed(seed); }

private:
    struct Armed {
        FaultRule rule;
        u64 seen = 0;
        u64 acted = 0;

        [[nodiscard]] bool live(u64 now_ns) const {
            return (rule.until_ns == 0 || now_ns < rule.until_ns) &&
                   (rule.count == 0 || acted < rule.count);
        }
    };
    std::vector<Armed> rules_;
    std::array<u64, fault_count> done_{};
    std::mt19937_64 random_;
};

}  // namespace igbmodel
