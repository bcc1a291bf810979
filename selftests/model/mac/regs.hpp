// SPDX-License-Identifier: GPL-2.0-only
// Register offsets and fields by the datasheets' names (82576 section 8, I210 section 8).
// Per-queue registers are given by their second, uniform form; register_file.cpp folds the first.
#pragma once

#include "util/bytes.hpp"
#include "util/types.hpp"

// The datasheets' names are upper case.
// NOLINTBEGIN(readability-identifier-naming)
namespace igbmodel::reg {

constexpr u32 space_size = 0x20000;

constexpr u32 CTRL = 0x00000;
constexpr u32 CTRL_FD = bit(0);
constexpr u32 CTRL_GIO_MASTER_DISABLE = bit(2);
constexpr u32 CTRL_SLU = bit(6);
constexpr u32 CTRL_SPEED_SHIFT = 8;
constexpr u32 CTRL_FRCSPD = bit(11);
constexpr u32 CTRL_FRCDPX = bit(12);
constexpr u32 CTRL_RST = bit(26);
constexpr u32 CTRL_RFCE = bit(27);
constexpr u32 CTRL_TFCE = bit(28);
constexpr u32 CTRL_DEV_RST = bit(29);
constexpr u32 CTRL_VME = bit(30);
constexpr u32 CTRL_PHY_RST = bit(31);
constexpr u32 STATUS = 0x00008;
constexpr u32 STATUS_FD = bit(0);
constexpr u32 STATUS_LU = bit(1);
constexpr u32 STATUS_SPEED_SHIFT = 6;
constexpr u32 STATUS_PF_RST_DONE = bit(21);
constexpr u32 STATUS_DEV_RST_SET = bit(20);
constexpr u32 STATUS_GIO_MASTER = bit(19);
constexpr u32 EECD = 0x00010;
constexpr u32 EECD_REQ = bit(6);
constexpr u32 EECD_GNT = bit(7);
constexpr u32 EECD_PRES = bit(8);
constexpr u32 EECD_AUTO_RD = bit(9);
constexpr u32 EECD_ADDR_BITS = bit(10);
constexpr u32 EECD_SIZE_SHIFT = 11;
constexpr u32 EECD_FLASH_DETECTED = bit(19);  // I210
constexpr u32 EECD_FLUPD = bit(23);           // I210
constexpr u32 EECD_FLUDONE = bit(26);         // I210
constexpr u32 EERD = 0x00014;
constexpr u32 CTRL_EXT = 0x00018;
constexpr u32 CTRL_EXT_LINK_SGMII = bit(23);
constexpr u32 CTRL_EXT_IAME = bit(27);
constexpr u32 MDIC = 0x00020;
constexpr u32 FCAL = 0x00028;
constexpr u32 FCAH = 0x0002c;
constexpr u32 FCT = 0x00030;
constexpr u32 VET = 0x00038;
constexpr u32 MDICNFG = 0x00e04;
constexpr u32 MDICNFG_EXTERNAL = bit(31);
constexpr u32 ICR = 0x000c0;
constexpr u32 ICR_ALIAS = 0x01500;
constexpr u32 ICS = 0x000c8;
constexpr u32 ICS_ALIAS = 0x01504;
constexpr u32 IMS = 0x000d0;
constexpr u32 IMS_ALIAS = 0x01508;
constexpr u32 IMC = 0x000d8;
constexpr u32 IMC_ALIAS = 0x0150c;
constexpr u32 IAM = 0x000e0;
constexpr u32 IAM_ALIAS = 0x01510;
constexpr u32 ICR_TXDW = bit(0);
constexpr u32 ICR_LSC = bit(2);
constexpr u32 ICR_RXDMT0 = bit(4);
constexpr u32 ICR_RXO = bit(6);
constexpr u32 ICR_RXDW = bit(7);
constexpr u32 ICR_GPI_SDP0 = bit(11);  // SDP1 to SDP3 follow
constexpr u32 ICR_TIME_SYNC = bit(19);
constexpr u32 ICR_DOUTSYNC = bit(28);
constexpr u32 ICR_DRSTA = bit(30);
constexpr u32 ICR_ASSERTED = bit(31);
constexpr u32 RCTL = 0x00100;
constexpr u32 RCTL_EN = bit(1);
constexpr u32 RCTL_SBP = bit(2);
constexpr u32 RCTL_UPE = bit(3);
constexpr u32 RCTL_MPE = bit(4);
constexpr u32 RCTL_LPE = bit(5);
constexpr u32 RCTL_LBM_MAC = bit(6);
constexpr u32 RCTL_MO_SHIFT = 12;
constexpr u32 RCTL_BAM = bit(15);
constexpr u32 RCTL_VFE = bit(18);
constexpr u32 RCTL_PMCF = bit(23);
constexpr u32 RCTL_SECRC = bit(26);
constexpr u32 FCTTV = 0x00170;
constexpr u32 TCTL = 0x00400;
constexpr u32 TCTL_EN = bit(1);
constexpr u32 TCTL_PSP = bit(3);
constexpr u32 TIPG = 0x00410;
constexpr u32 LEDCTL = 0x00e00;
constexpr u32 EEMNGCTL = 0x01010;
constexpr u32 EEMNGCTL_I210 = 0x12030;
constexpr u32 EEMNGCTL_DONE = 0x003c0000;  // configuration done, ports 0 to 3
constexpr u32 FRTIMER = 0x01048;
constexpr u32 GPIE = 0x01514;
constexpr u32 GPIE_NSICR = bit(0);
constexpr u32 GPIE_MULTIPLE_MSIX = bit(4);
constexpr u32 GPIE_EIAME = bit(30);
constexpr u32 EICS = 0x01520;
constexpr u32 EIMS = 0x01524;
constexpr u32 EIMC = 0x01528;
constexpr u32 EIAC = 0x0152c;
constexpr u32 EIAM = 0x01530;
constexpr u32 EICR = 0x01580;
constexpr u32 MSIXBM = 0x01600;  // 82575: one per vector
constexpr u32 EITR = 0x01680;    // one per vector
constexpr u32 EITR_CNT_IGNR = bit(31);
constexpr u32 IVAR = 0x01700;
constexpr u32 IVAR_MISC = 0x01740;
constexpr u32 IVAR_VALID = bit(7);
constexpr u32 FCRTL = 0x02160;
constexpr u32 FCRTH = 0x02168;
constexpr u32 RXPBS = 0x02404;
constexpr u32 TXPBS = 0x03404;
constexpr u32 DTXTCPFLGL = 0x0359c;
constexpr u32 DTXTCPFLGH = 0x035a0;

constexpr u32 statistics_first = 0x04000;
constexpr u32 statistics_last = 0x04138;
constexpr u32 CRCERRS = 0x04000;
constexpr u32 ALGNERRC = 0x04004;
constexpr u32 SYMERRS = 0x04008;
constexpr u32 RXERRC = 0x0400c;
constexpr u32 MPC = 0x04010;
constexpr u32 RLEC = 0x04040;
constexpr u32 XONRXC = 0x04048;
constexpr u32 XONTXC = 0x0404c;
constexpr u32 XOFFRXC = 0x04050;
constexpr u32 XOFFTXC = 0x04054;
constexpr u32 PRC64 = 0x0405c;
constexpr u32 GPRC = 0x04074;
constexpr u32 BPRC = 0x04078;
constexpr u32 MPRC = 0x0407c;
constexpr u32 GPTC = 0x04080;
constexpr u32 GORCL = 0x04088;
constexpr u32 GOTCL = 0x04090;
constexpr u32 RNBC = 0x040a0;
constexpr u32 RUC = 0x040a4;
constexpr u32 RFC = 0x040a8;
constexpr u32 ROC = 0x040ac;
constexpr u32 RJC = 0x040b0;
constexpr u32 TORL = 0x040c0;
constexpr u32 TOTL = 0x040c8;
constexpr u32 TPR = 0x040d0;
constexpr u32 TPT = 0x040d4;
constexpr u32 PTC64 = 0x040d8;
constexpr u32 MPTC = 0x040f0;
constexpr u32 BPTC = 0x040f4;
constexpr u32 TSCTC = 0x040f8;
constexpr u32 IAC = 0x04100;
constexpr u32 RPTHC = 0x04104;
constexpr u32 HGPTC = 0x04118;
constexpr u32 RXDMTC = 0x04120;
constexpr u32 HGORCL = 0x04128;
constexpr u32 HGOTCL = 0x04130;
constexpr u32 LENERRS = 0x04138;
constexpr u32 PCS_LSTAT = 0x0420c;

constexpr u32 RXCSUM = 0x05000;
constexpr u32 RXCSUM_PCSS_MASK = 0xff;
constexpr u32 RXCSUM_IPOFL = bit(8);
constexpr u32 RXCSUM_TUOFL = bit(9);
constexpr u32 RXCSUM_CRCOFL = bit(11);
constexpr u32 RXCSUM_PCSD = bit(13);
constexpr u32 RLPML = 0x05004;
constexpr u32 RFCTL = 0x05008;
constexpr u32 RFCTL_IPV6_EX_DIS = bit(16);
constexpr u32 RFCTL_SYNQFP = bit(19);
constexpr u32 MTA = 0x05200;
constexpr u32 RA = 0x05400;
constexpr u32 RA2 = 0x054e0;
constexpr u32 RAH_AV = bit(31);
constexpr u32 RAH_QSEL_ENABLE = bit(28);
constexpr u32 PSRTYPE = 0x05480;
constexpr u32 SYNQF = 0x055fc;
constexpr u32 VLAPQF = 0x055b0;
constexpr u32 VFTA = 0x05600;
constexpr u32 WUC = 0x05800;
constexpr u32 WUC_PME_EN = bit(1);
constexpr u32 WUFC = 0x05808;
constexpr u32 WUFC_LNKC = bit(0);
constexpr u32 WUFC_FLEX_ENABLE = bit(14);
constexpr u32 WUFC_FLEX_SHIFT = 16;
constexpr u32 WUS = 0x05810;
constexpr u32 MRQC = 0x05818;
constexpr u32 SAQF = 0x05980;
constexpr u32 DAQF = 0x059a0;
constexpr u32 SPQF = 0x059c0;
constexpr u32 FTQF = 0x059e0;  // TTQF on the two-tuple MACs
constexpr u32 IMIR = 0x05a80;
constexpr u32 IMIREXT = 0x05aa0;
constexpr u32 ETQF = 0x05cb0;
constexpr u32 RETA = 0x05c00;
constexpr u32 RSSRK = 0x05c80;
constexpr u32 SWSM = 0x05b50;
constexpr u32 SWSM_SMBI = bit(0);
constexpr u32 SWSM_SWESMBI = bit(1);
constexpr u32 FWSM = 0x05b54;
constexpr u32 SW_FW_SYNC = 0x05b5c;
constexpr u32 FACTPS = 0x05b30;
constexpr u32 FHFT = 0x09000;
constexpr u32 FHFT_EXT = 0x09a00;
constexpr u32 FHFT_STRIDE = 0x100;

constexpr u32 TSYNCTXCTL = 0x0b614;
constexpr u32 TXSTMPL = 0x0b618;
constexpr u32 TXSTMPH = 0x0b61c;
constexpr u32 TSYNCRXCTL = 0x0b620;
constexpr u32 RXSTMPL = 0x0b624;
constexpr u32 RXSTMPH = 0x0b628;
constexpr u32 RXSATRL = 0x0b62c;
constexpr u32 RXSATRH = 0x0b630;
constexpr u32 TSYNC_VALID = bit(0);
constexpr u32 TSYNC_ENABLED = bit(4);
constexpr u32 SYSTIML = 0x0b600;
constexpr u32 SYSTIMH = 0x0b604;
constexpr u32 TIMINCA = 0x0b608;
constexpr u32 TIMADJL = 0x0b60c;
constexpr u32 TIMADJH = 0x0b610;
constexpr u32 TSAUXC = 0x0b640;
constexpr u32 TSAUXC_DISABLE = bit(31);
constexpr u32 TSICR = 0x0b66c;
constexpr u32 TSICR_TXTS = bit(1);
constexpr u32 TSIM = 0x0b674;
constexpr u32 SYSTIMR = 0x0b6f8;
constexpr u32 TSYNCRXCFG = 0x05f50;

constexpr u32 SRWR = 0x12018;    // I210
constexpr u32 EEARBC = 0x12024;  // I210
constexpr u32 INVM = 0x12120;    // I210, 64 dwords
constexpr u32 INVM_COUNT = 64;

// Per queue, second form: base + 0x40 * queue.
constexpr u32 rx_queues = 0x0c000;
constexpr u32 tx_queues = 0x0e000;
constexpr u32 queue_stride = 0x40;
constexpr u32 RDBAL = 0x00;
constexpr u32 RDBAH = 0x04;
constexpr u32 RDLEN = 0x08;
constexpr u32 SRRCTL = 0x0c;
constexpr u32 SRRCTL_DROP_EN = bit(31);
constexpr u32 SRRCTL_TIMESTAMP = bit(30);
constexpr u32 RDH = 0x10;
constexpr u32 RDT = 0x18;
constexpr u32 RXDCTL = 0x28;
constexpr u32 RQDPC = 0x30;
constexpr u32 DVMOLR = 0x38;
constexpr u32 TDBAL = 0x00;
constexpr u32 TDBAH = 0x04;
constexpr u32 TDLEN = 0x08;
constexpr u32 TDH = 0x10;
constexpr u32 TXCTL = 0x14;
constexpr u32 TDT = 0x18;
constexpr u32 TXDCTL = 0x28;
constexpr u32 TDWBAL = 0x38;
constexpr u32 TDWBAH = 0x3c;
constexpr u32 QUEUE_ENABLE = bit(25);

[[nodiscard]] constexpr u32 rx(u32 queue, u32 which) {
    return rx_queues + (queue * queue_stride) + which;
}
[[nodiscard]] constexpr u32 tx(u32 queue, u32 which) {
    return tx_queues + (queue * queue_stride) + which;
}

// Per-queue packet and octet counters, 82576 section 8.18: four per queue from 0x10010.
constexpr u32 PQGPRC = 0x10010;
constexpr u32 PQGPTC = 0x10014;
constexpr u32 PQGORC = 0x10018;
constexpr u32 PQGOTC = 0x10034;
constexpr u32 PQMPRC = 0x10038;
constexpr u32 queue_statistics_stride = 0x100;

[[nodiscard]] constexpr u32 receive_address_low(u32 n) {
    return n < 16 ? RA + (8 * n) : RA2 + (8 * (n - 16));
}

}  // namespace igbmodel::reg
// NOLINTEND(readability-identifier-naming)
