// SPDX-License-Identifier: GPL-2.0-only
// NVM, PHY, clock, configuration space and the plain registers.
#include <gtest/gtest.h>

#include "tests/support.hpp"

namespace igbmodel::test {
namespace {

u16 eerd(Nic& nic, u32 word) {
    nic.write(reg::EERD, word << 2U | 1U);
    const u32 value = nic.read(reg::EERD);
    EXPECT_NE(value & 2U, 0U) << "done";
    return static_cast<u16>(value >> 16U);
}

TEST(Nvm, ChecksumsAndAddressPerMac) {
    for (const char* mac : {"82575", "82576", "82580", "i350", "i354", "i210"}) {
        Bench bench(mac);
        const std::vector<u32> sections = find_mac(mac)->nvm == NvmLayout::four_ports
                                              ? std::vector<u32>{0, 0x80, 0xc0, 0x100}
                                              : std::vector<u32>{0};
        for (const u32 section : sections) {
            u16 sum = 0;
            for (u32 i = 0; i <= 0x3f; ++i) {
                sum = static_cast<u16>(sum + eerd(*bench.nic, section + i));
            }
            EXPECT_EQ(sum, 0xbaba) << mac << " section " << section;
        }
        EXPECT_EQ(eerd(*bench.nic, 0), 0x0002);
        EXPECT_EQ(eerd(*bench.nic, 2), 0x0100);
        EXPECT_EQ(bench.nic->read(reg::RA), 0x00000002U);
        EXPECT_EQ(bench.nic->read(reg::RA + 4), reg::RAH_AV | 0x0100U);
    }
}

TEST(Nvm, FlashlessI210HasItsAddressInOneTimeMemory) {
    Bench bench("i210-flashless");
    EXPECT_EQ(bench.nic->read(reg::EECD) & reg::EECD_FLASH_DETECTED, 0U);
    EXPECT_EQ(bench.nic->read(reg::INVM), 0x00020001U);
    EXPECT_EQ(bench.nic->read(reg::INVM + 8), 0x01000401U);
    EXPECT_EQ(bench.nic->read(reg::INVM + 12), 0U);
}

class Spi {
public:
    explicit Spi(Nic& nic) : nic_(nic) {}
    void select(bool on) { put(on ? 0 : 2); }
    u8 byte(u8 out) {
        u8 in = 0;
        for (unsigned i = 8; i-- > 0;) {
            const u32 data = (out >> i & 1U) != 0 ? 4 : 0;
            put(data);
            put(data | 1);
            in = static_cast<u8>(in << 1U | ((nic_.read(reg::EECD) & 8U) != 0 ? 1U : 0U));
            put(data);
        }
        return in;
    }

private:
    void put(u32 pins) { nic_.write(reg::EECD, reg::EECD_REQ | pins); }
    Nic& nic_;
};

TEST(Nvm, PinsReadAndWrite) {
    Bench bench("82576");
    bench.nic->write(reg::EECD, reg::EECD_REQ);
    EXPECT_NE(bench.nic->read(reg::EECD) & reg::EECD_GNT, 0U);
    Spi spi(*bench.nic);
    const auto command = [&spi](const Bytes& bytes) {
        spi.select(false);
        spi.select(true);
        for (const u8 one : bytes) {
            spi.byte(one);
        }
    };
    command({0x03, 0x00, 0x00});
    EXPECT_EQ(spi.byte(0), 0x02);
    EXPECT_EQ(spi.byte(0), 0x00);
    command({0x02, 0x00, 0x40, 0xcd, 0xab});
    EXPECT_NE(eerd(*bench.nic, 0x20), 0xabcd) << "no write without write enable";
    command({0x06});
    command({0x02, 0x00, 0x40, 0xcd, 0xab});
    EXPECT_EQ(eerd(*bench.nic, 0x20), 0xabcd);
    command({0x05});
    EXPECT_EQ(spi.byte(0) & 1, 0) << "ready";
}

TEST(Pins, ShowTheBoardsLevelOrTheDriversOwn) {
    Bench bench;
    constexpr u32 data1 = bit(19);
    constexpr u32 data2 = bit(6);
    Nic& nic = *bench.nic;
    EXPECT_NE(nic.read(reg::CTRL) & data1, 0U) << "a cable: there is a signal";
    nic.write(reg::CTRL, reg::CTRL_SLU | bit(17));  // interrupt of SDP1
    nic.write(reg::IMS, reg::ICR_GPI_SDP0 << 1U);
    nic.set_cable(false);
    EXPECT_EQ(nic.read(reg::CTRL) & data1, 0U);
    static_cast<void>(nic.read(reg::ICR));
    nic.set_cable(true);
    EXPECT_NE(nic.read(reg::ICR) & reg::ICR_GPI_SDP0 << 1U, 0U) << "the signal is back";
    nic.write(reg::CTRL_EXT, bit(10) | data2);  // SDP2 is an output, high
    nic.pins().set_level(2, false);
    EXPECT_TRUE(nic.pins().level(2));
    EXPECT_NE(nic.read(reg::CTRL_EXT) & data2, 0U);
    nic.write(reg::CTRL_EXT, data2);  // and an input again
    EXPECT_EQ(nic.read(reg::CTRL_EXT) & data2, 0U);
}

TEST(Semaphore, ReadingTakesIt) {
    Bench bench;
    EXPECT_EQ(bench.nic->read(reg::SWSM), 0U);
    EXPECT_EQ(bench.nic->read(reg::SWSM), reg::SWSM_SMBI);
    bench.nic->write(reg::SWSM, reg::SWSM_SMBI | reg::SWSM_SWESMBI);
    EXPECT_EQ(bench.nic->read(reg::SWSM), reg::SWSM_SMBI | reg::SWSM_SWESMBI);
    bench.nic->write(reg::SWSM, 0);
    EXPECT_EQ(bench.nic->read(reg::SWSM), 0U);
}

u16 phy(Nic& nic, u32 address) {
    nic.write(reg::MDIC, bit(27) | 1U << 21U | address << 16U);
    EXPECT_NE(nic.read(reg::MDIC) & bit(28), 0U);
    return static_cast<u16>(nic.read(reg::MDIC));
}

void phy_write(Nic& nic, u32 address, u16 value) {
    nic.write(reg::MDIC, bit(26) | 1U << 21U | address << 16U | value);
}

TEST(Phy, IdentifiesItself) {
    constexpr std::array<std::pair<const char*, u32>, 5> ids{{{"82576", 0x02a80391},
                                                              {"82580", 0x015403a0},
                                                              {"i350", 0x015403b0},
                                                              {"i354", 0x01410ea0},
                                                              {"i210", 0x01410c00}}};
    for (const auto& [mac, id] : ids) {
        Bench bench(mac);
        EXPECT_EQ(u32{phy(*bench.nic, 2)} << 16U | phy(*bench.nic, 3), id) << mac;
    }
}

TEST(Phy, LinkBitLatchesLowAndChangesInterrupt) {
    Bench bench;
    phy(*bench.nic, 1);
    EXPECT_EQ(phy(*bench.nic, 1) & 0x24, 0x24);
    bench.nic->read(reg::ICR);
    PhyOffer gone;
    bench.port.user().partner_changed(gone);
    EXPECT_EQ(bench.nic->read(reg::STATUS) & reg::STATUS_LU, 0U);
    EXPECT_NE(bench.nic->read(reg::ICR) & reg::ICR_LSC, 0U);
    bench.port.user().partner_changed(full_offer());
    EXPECT_NE(bench.nic->read(reg::STATUS) & reg::STATUS_LU, 0U);
    EXPECT_EQ(phy(*bench.nic, 1) & 4, 0) << "the loss is still to be seen";
    EXPECT_EQ(phy(*bench.nic, 1) & 4, 4);
}

TEST(Phy, PowerDownAndRestartDropTheLinkForAWhile) {
    Bench bench;
    phy_write(*bench.nic, 0, 0x1840);
    EXPECT_FALSE(bench.nic->link_up());
    EXPECT_FALSE(bench.nic->phy().offer().active);
    phy_write(*bench.nic, 0, 0x1340);
    EXPECT_FALSE(bench.nic->link_up());
    bench.timers.pass(10'000'000);
    EXPECT_TRUE(bench.nic->link_up());
}

TEST(Phy, Negotiation) {
    PhyOffer own = full_offer();
    PhyOffer partner = full_offer();
    EXPECT_EQ(negotiate(own, partner), (LinkState{true, 1000, true}));
    partner.gigabit = 0;
    EXPECT_EQ(negotiate(own, partner), (LinkState{true, 100, true}));
    partner.base = 0x0080;
    EXPECT_EQ(negotiate(own, partner), (LinkState{true, 100, false}));
    partner.base = 0x0020;
    EXPECT_EQ(negotiate(own, partner), (LinkState{true, 10, false}));
    partner.base = 0;
    EXPECT_FALSE(negotiate(own, partner).up);
    partner.autoneg = false;
    partner.forced = LinkState{false, 100, true};
    EXPECT_EQ(negotiate(own, partner), (LinkState{true, 100, false})) << "parallel detection";
    own.autoneg = false;
    own.forced = LinkState{false, 10, true};
    EXPECT_FALSE(negotiate(own, partner).up) << "both forced, to different speeds";
    own.forced.speed = 100;
    EXPECT_TRUE(negotiate(own, partner).up);
    partner.active = false;
    EXPECT_FALSE(negotiate(own, partner).up);
}

TEST(Clock, CountsInEachForm) {
    FakeTimers timers;
    SystemClock ticks(ClockKind::ticks64, timers);
    ticks.set_increment(1U << 24U | 16U << 19U);
    timers.pass(160);
    EXPECT_EQ(ticks.now().low, 160U << 19U);
    SystemClock nanoseconds(ClockKind::nanoseconds40, timers);
    timers.pass(800);
    EXPECT_EQ(nanoseconds.now().low, 0U) << "stopped until TSAUXC says go";
    nanoseconds.run(true);
    timers.pass(8'000);
    EXPECT_EQ(nanoseconds.now().low, 8'000U);
    nanoseconds.set_increment(1U << 30U);  // a quarter of a nanosecond more each 8 ns
    timers.pass(8'000);
    EXPECT_EQ(nanoseconds.now().low, 16'250U);
    nanoseconds.set_increment(1U << 31U | 1U << 30U);
    timers.pass(8'000);
    EXPECT_EQ(nanoseconds.now().low, 24'000U);
    SystemClock seconds(ClockKind::seconds, timers);
    seconds.run(true);
    seconds.set_high(7);
    seconds.set_low(999'999'000);
    timers.pass(1'600);
    EXPECT_EQ(seconds.now().high, 8U);
    EXPECT_EQ(seconds.now().low, 600U);
    seconds.adjust(-100);
    EXPECT_EQ(seconds.now().low, 500U);
}

TEST(Statistics, ClearOnReadAndInPairs) {
    Bench bench;
    bench.arrive(make_frame({}));
    EXPECT_EQ(bench.nic->read(reg::GPRC), 1U);
    EXPECT_EQ(bench.nic->read(reg::GPRC), 0U);
    const std::size_t wire = make_frame({}).size() + 4;
    EXPECT_EQ(bench.nic->read(reg::GORCL), wire);
    EXPECT_EQ(bench.nic->read(reg::GORCL), wire) << "the lower half waits for the upper";
    EXPECT_EQ(bench.nic->read(reg::GORCL + 4), 0U);
    EXPECT_EQ(bench.nic->read(reg::GORCL), 0U);
    RegisterFile regs(*find_mac("82576"));
    regs[reg::MPC] = 0xfffffffe;
    regs.count(reg::MPC, 5);
    EXPECT_EQ(regs[reg::MPC], 0xffffffffU) << "counters stop at their maximum";
}

TEST(Registers, QueuesHaveTwoAddresses) {
    Bench bench;
    bench.nic->write(0x2900, 0xffffffff);
    EXPECT_EQ(bench.nic->read(0xc040), 0xffffff80U);
    bench.nic->write(0xe0c0 + 8, 0xffffffff);
    EXPECT_EQ(bench.nic->read(0x3b08), 0x000ffff0U);
    EXPECT_EQ(RegisterFile::fold(0x2c00), 0x2c00U) << "a fifth queue has only one";
}

TEST(Reset, ClearsAndReloads) {
    Bench bench;
    Nic& nic = *bench.nic;
    nic.write(reg::RA, 0x12345678);
    nic.write(reg::GPIE, 0x10);
    nic.write(reg::SW_FW_SYNC, 2);
    nic.write(reg::CTRL, nic.read(reg::CTRL) | reg::CTRL_RST);
    EXPECT_EQ(nic.read(reg::RA), 0x00000002U);
    EXPECT_EQ(nic.read(reg::GPIE), 0U);
    EXPECT_EQ(nic.read(reg::RCTL), 0U);
    EXPECT_EQ(nic.read(reg::CTRL) & reg::CTRL_RST, 0U);
    EXPECT_EQ(nic.read(reg::SW_FW_SYNC), 2U) << "a port's reset leaves the semaphores";
    EXPECT_NE(nic.read(reg::EECD) & reg::EECD_AUTO_RD, 0U);
    nic.write(reg::CTRL, reg::CTRL_DEV_RST);
    EXPECT_NE(nic.read(reg::STATUS) & reg::STATUS_DEV_RST_SET, 0U);
    nic.write(reg::STATUS, reg::STATUS_DEV_RST_SET);
    EXPECT_EQ(nic.read(reg::STATUS) & reg::STATUS_DEV_RST_SET, 0U);
    nic.write(reg::CTRL, reg::CTRL_GIO_MASTER_DISABLE);
    EXPECT_EQ(nic.read(reg::STATUS) & reg::STATUS_GIO_MASTER, 0U);
}

u32 config32(Nic& nic, u64 at) {
    std::array<u8, 4> bytes{};
    nic.region_read(region_config, at, bytes);
    return load_le<u32>(bytes.data());
}

void config_write(Nic& nic, u64 at, u32 value) {
    std::array<u8, 4> bytes{};
    store_le(bytes.data(), value);
    nic.region_write(region_config, at, bytes);
}

TEST(Config, CapabilitiesAreLinked) {
    Bench bench("i350");
    EXPECT_EQ(config32(*bench.nic, 0), 0x15218086U);
    std::vector<u32> ids;
    for (u32 at = config32(*bench.nic, 0x34) & 0xffU; at != 0;) {
        const u32 head = config32(*bench.nic, at);
        ids.push_back(head & 0xffU);
        at = head >> 8U & 0xffU;
    }
    EXPECT_EQ(ids, (std::vector<u32>{0x01, 0x05, 0x11, 0x10}));
    EXPECT_EQ(config32(*bench.nic, 0x100), 0x14010001U) << "AER, then the serial number";
    EXPECT_EQ(config32(*bench.nic, 0x140), 0x00010003U);
    EXPECT_EQ(config32(*bench.nic, 0x70) >> 16U & 0x7ffU, 24U) << "25 vectors";
}

TEST(Config, WritesChangeOnlyWhatMayChange) {
    Bench bench;
    config_write(*bench.nic, 0, 0xffffffff);
    EXPECT_EQ(config32(*bench.nic, 0), 0x10c98086U);
    config_write(*bench.nic, 4, 0xffffffff);
    EXPECT_EQ(config32(*bench.nic, 4) & 0xffffU, 0x0547U);
    bench.nic->record_aer(false, 0x1);
    EXPECT_EQ(config32(*bench.nic, 0x110), 1U);
    config_write(*bench.nic, 0x110, 1);
    EXPECT_EQ(config32(*bench.nic, 0x110), 0U) << "write one to clear";
}

TEST(Config, FunctionLevelResetAndWakeFromD3) {
    Bench bench;
    bench.nic->write(reg::GPIE, 0x10);
    config_write(*bench.nic, 0xa8, 0x8000);
    EXPECT_EQ(bench.nic->read(reg::GPIE), 0U);
    EXPECT_EQ(config32(*bench.nic, 4) & 4U, 0U) << "bus mastering is off again";
    bench.nic->write(reg::GPIE, 0x10);
    config_write(*bench.nic, 0x44, 3);
    EXPECT_EQ(bench.nic->read(reg::GPIE), 0x10U);
    config_write(*bench.nic, 0x44, 0);
    EXPECT_EQ(bench.nic->read(reg::GPIE), 0U);
}

TEST(Config, TheLinkWakesWhoAskedForIt) {
    constexpr u32 pme_status = 0x8000;
    for (const bool asks : {false, true}) {
        Bench bench;
        Nic& nic = *bench.nic;
        const auto cable = [&](bool plugged) {
            nic.set_cable(plugged);
            bench.timers.pass(10'000'000'000);
            return config32(nic, 0x44) & pme_status;
        };
        nic.write(reg::CTRL, nic.read(reg::CTRL) | reg::CTRL_SLU);
        nic.write(reg::WUC, asks ? reg::WUC_PME_EN : 0);
        nic.write(reg::WUFC, reg::WUFC_LNKC);
        cable(true);
        EXPECT_EQ(cable(false), 0U) << "it is awake";
        config_write(nic, 0x44, 3);
        EXPECT_EQ(cable(true), asks ? pme_status : 0U);
        config_write(nic, 0x44, pme_status | 3U);
        EXPECT_EQ(config32(nic, 0x44) & pme_status, 0U);
        EXPECT_EQ(cable(false), asks ? pme_status : 0U);
    }
}

}  // namespace
}  // namespace igbmodel::test
