/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Registers of the igb family, by the names of the Intel datasheets.
 *
 * Offsets are bytes from the start of BAR 0. Section numbers in comments are those of the
 * "82576EB Gigabit Ethernet Controller Datasheet" unless another document is named.
 */
#ifndef _IGBR_HW_REGS_H_
#define _IGBR_HW_REGS_H_

#include <linux/bits.h>

/* What BAR 0 has at the least, in bytes */
#define IGBR_REGS_SIZE			0x20000

/* General control (8.2) */
#define IGBR_CTRL			0x00000
#define  IGBR_CTRL_FD			BIT(0)
#define  IGBR_CTRL_GIO_MASTER_DISABLE	BIT(2)
#define  IGBR_CTRL_SLU			BIT(6)
#define  IGBR_CTRL_SPEED		GENMASK(9, 8)
#define   IGBR_CTRL_SPEED_1000		2
#define  IGBR_CTRL_FRCSPD		BIT(11)
#define  IGBR_CTRL_FRCDPX		BIT(12)
#define  IGBR_CTRL_ADVD3WUC		BIT(20)
#define  IGBR_CTRL_RST			BIT(26)
#define  IGBR_CTRL_RFCE			BIT(27)
#define  IGBR_CTRL_TFCE			BIT(28)
#define  IGBR_CTRL_VME			BIT(30)
#define IGBR_STATUS			0x00008
#define  IGBR_STATUS_FD			BIT(0)
#define  IGBR_STATUS_LU			BIT(1)
#define  IGBR_STATUS_LAN_ID		GENMASK(3, 2)
#define  IGBR_STATUS_SPEED		GENMASK(7, 6)
#define   IGBR_STATUS_SPEED_10		0
#define   IGBR_STATUS_SPEED_100		1
#define  IGBR_STATUS_GIO_MASTER_ENABLE	BIT(19)
#define IGBR_CTRL_EXT			0x00018
#define  IGBR_CTRL_EXT_LINK_MODE	GENMASK(23, 22)
#define   IGBR_LINK_MODE_COPPER		0
#define  IGBR_CTRL_EXT_DRV_LOAD		BIT(28)
#define IGBR_MDIC			0x00020
#define  IGBR_MDIC_DATA			GENMASK(15, 0)
#define  IGBR_MDIC_REG			GENMASK(20, 16)
#define  IGBR_MDIC_PHY			GENMASK(25, 21)
#define  IGBR_MDIC_OP			GENMASK(27, 26)
#define   IGBR_MDIC_OP_WRITE		1
#define   IGBR_MDIC_OP_READ		2
#define  IGBR_MDIC_READY		BIT(28)
#define  IGBR_MDIC_ERROR		BIT(30)
#define IGBR_LEDCTL			0x00e00
#define  IGBR_LEDCTL_ALL_ON		0x0e0e0e0e	/* mode 1110b of each LED */
#define  IGBR_LEDCTL_ALL_OFF		0x0f0f0f0f
#define IGBR_FCAL			0x00028
#define IGBR_FCAH			0x0002c
#define IGBR_FCT			0x00030
#define IGBR_FCTTV			0x00170

/* NVM (8.4) */
#define IGBR_EECD			0x00010
#define  IGBR_EECD_PRES			BIT(8)
#define  IGBR_EECD_AUTO_RD		BIT(9)
#define  IGBR_EECD_SIZE			GENMASK(14, 11)
#define  IGBR_EECD_FLASH		BIT(19)		/* I210: a flash is there */
#define IGBR_EERD			0x00014
#define  IGBR_EERD_START		BIT(0)
#define  IGBR_EERD_DONE			BIT(1)
#define  IGBR_EERD_ADDR			GENMASK(15, 2)
#define  IGBR_EERD_DATA			GENMASK(31, 16)
#define IGBR_INVM(n)			(0x12120 + 4 * (n))	/* I210: n < 64 */
#define  IGBR_INVM_COUNT		64
#define  IGBR_INVM_TYPE			GENMASK(2, 0)
#define   IGBR_INVM_UNUSED		0
#define   IGBR_INVM_WORD		1
#define   IGBR_INVM_REGISTER		2
#define   IGBR_INVM_KEY			4
#define  IGBR_INVM_ADDR			GENMASK(15, 9)
#define  IGBR_INVM_DATA			GENMASK(31, 16)
#define IGBR_EEMNGCTL			0x01010
#define IGBR_EEMNGCTL_I210		0x12030
#define  IGBR_EEMNGCTL_CFG_DONE(port)	BIT(18 + (port))

/* Software / firmware semaphores (8.6, 4.7) */
#define IGBR_SWSM			0x05b50
#define  IGBR_SWSM_SMBI			BIT(0)
#define  IGBR_SWSM_SWESMBI		BIT(1)
#define IGBR_SW_FW_SYNC			0x05b5c
#define  IGBR_SYNC_NVM			BIT(0)
#define  IGBR_SYNC_PHY(port)		BIT(1 + (port))
#define  IGBR_SYNC_FW_SHIFT		16

/* Interrupts (8.8); the first five by their aliases, which every MAC of the family has */
#define IGBR_ICR			0x000c0
#define  IGBR_ICR_TXDW			BIT(0)
#define  IGBR_ICR_LSC			BIT(2)
#define  IGBR_ICR_RXDMT0		BIT(4)
#define  IGBR_ICR_RXO			BIT(6)
#define  IGBR_ICR_RXDW			BIT(7)
#define  IGBR_ICR_FER			BIT(22)
#define  IGBR_ICR_DRSTA			BIT(30)
#define  IGBR_ICR_INTA			BIT(31)
#define IGBR_ICS			0x000c8
#define IGBR_IMS			0x000d0
#define IGBR_IMC			0x000d8
#define IGBR_IAM			0x000e0
#define IGBR_GPIE			0x01514
#define  IGBR_GPIE_NSICR		BIT(0)
#define  IGBR_GPIE_MSIX_MODE		BIT(4)
#define  IGBR_GPIE_EIAME		BIT(30)
#define  IGBR_GPIE_PBA			BIT(31)
#define IGBR_EICS			0x01520
#define IGBR_EIMS			0x01524
#define IGBR_EIMC			0x01528
#define IGBR_EIAC			0x0152c
#define IGBR_EIAM			0x01530
#define IGBR_EICR			0x01580
#define IGBR_EITR(v)			(0x01680 + 4 * (v))
#define  IGBR_EITR_INTERVAL		GENMASK(14, 2)
#define  IGBR_EITR_CNT_INGR		BIT(31)
#define IGBR_IVAR(n)			(0x01700 + 4 * (n))
#define  IGBR_IVAR_VALID		BIT(7)
#define IGBR_IVAR_MISC			0x01740
#define  IGBR_IVAR_MISC_OTHER		GENMASK(15, 8)

/* Receive (8.10) */
#define IGBR_RCTL			0x00100
#define  IGBR_RCTL_EN			BIT(1)
#define  IGBR_RCTL_SBP			BIT(2)
#define  IGBR_RCTL_UPE			BIT(3)
#define  IGBR_RCTL_MPE			BIT(4)
#define  IGBR_RCTL_LPE			BIT(5)
#define  IGBR_RCTL_BAM			BIT(15)
#define  IGBR_RCTL_VFE			BIT(18)
#define  IGBR_RCTL_PMCF			BIT(23)
#define  IGBR_RCTL_SECRC		BIT(26)
#define IGBR_FCRTL			0x02160
#define  IGBR_FCRTL_XONE		BIT(31)
#define IGBR_FCRTH			0x02168
#define IGBR_RXPBS			0x02404
#define  IGBR_RXPBS_SIZE		GENMASK(6, 0)	/* 82576 */
#define  IGBR_RXPBS_CODE		GENMASK(3, 0)	/* 82580, I350 */
#define  IGBR_RXPBS_SIZE_I210		GENMASK(5, 0)
#define IGBR_FCRTV			0x02460
#define IGBR_RXCSUM			0x05000
#define  IGBR_RXCSUM_IPOFLD		BIT(8)
#define  IGBR_RXCSUM_TUOFLD		BIT(9)
#define  IGBR_RXCSUM_CRCOFL		BIT(11)
#define  IGBR_RXCSUM_PCSD		BIT(13)
#define IGBR_RLPML			0x05004
#define IGBR_RFCTL			0x05008
#define IGBR_MTA(n)			(0x05200 + 4 * (n))
#define IGBR_RAL(n)			(0x05400 + 8 * (n))	/* n < 16 */
#define IGBR_RAL_HIGH(n)		(0x05460 + 8 * (n))	/* n >= 16 */
#define IGBR_RAH_OFFSET			4
#define  IGBR_RAH_AV			BIT(31)
#define IGBR_VFTA(n)			(0x05600 + 4 * (n))
#define IGBR_MRQC			0x05818
#define  IGBR_MRQC_MODE_RSS		0x2
#define  IGBR_MRQC_TCP4			BIT(16)
#define  IGBR_MRQC_IP4			BIT(17)
#define  IGBR_MRQC_TCP6_EX		BIT(18)
#define  IGBR_MRQC_IP6			BIT(20)
#define  IGBR_MRQC_TCP6			BIT(21)
#define  IGBR_MRQC_UDP4			BIT(22)
#define  IGBR_MRQC_UDP6			BIT(23)
#define  IGBR_MRQC_UDP6_EX		BIT(24)
#define IGBR_VLAPQF			0x055b0		/* I350, I210 */
#define  IGBR_VLAPQF_ENTRY(p, bits)	((bits) << (4 * (p)))
#define  IGBR_VLAPQF_QUEUE		GENMASK(1, 0)
#define  IGBR_VLAPQF_VALID		BIT(3)
#define IGBR_SAQF(n)			(0x05980 + 4 * (n))	/* 82576 */
#define IGBR_DAQF(n)			(0x059a0 + 4 * (n))	/* 82576 */
#define IGBR_SPQF(n)			(0x059c0 + 4 * (n))	/* 82576 */
#define IGBR_SYNQF			0x055fc
#define  IGBR_SYNQF_ENABLE		BIT(0)
#define  IGBR_SYNQF_QUEUE		GENMASK(3, 1)
#define IGBR_FTQF(n)			(0x059e0 + 4 * (n))	/* 82580 and later: TTQF */
#define  IGBR_FTQF_PROTOCOL		GENMASK(7, 0)
#define  IGBR_FTQF_QUEUE_ENABLE		BIT(8)
#define  IGBR_FTQF_QUEUE		GENMASK(19, 16)		/* TTQF: 18:16 */
#define  IGBR_FTQF_PROTOCOL_BYPASS	BIT(28)
#define  IGBR_FTQF_SOURCE_IP_BYPASS	BIT(29)
#define  IGBR_FTQF_DEST_IP_BYPASS	BIT(30)
#define  IGBR_FTQF_SOURCE_PORT_BYPASS	BIT(31)
#define  IGBR_FTQF_IDLE			0xf0008000
#define IGBR_IMIR(n)			(0x05a80 + 4 * (n))
#define  IGBR_IMIR_PORT_BYPASS		BIT(17)
#define  IGBR_IMIR_PRIORITY		GENMASK(31, 29)
#define IGBR_IMIREXT(n)			(0x05aa0 + 4 * (n))
#define  IGBR_IMIREXT_SIZE_BYPASS	BIT(12)
#define  IGBR_IMIREXT_FLAGS_BYPASS	BIT(19)
#define IGBR_ETQF(n)			(0x05cb0 + 4 * (n))
#define  IGBR_ETQF_TYPE			GENMASK(15, 0)
#define  IGBR_ETQF_QUEUE		GENMASK(18, 16)
#define  IGBR_ETQF_ENABLE		BIT(26)
#define  IGBR_ETQF_QUEUE_ENABLE		BIT(31)
/* Flex filter n: per eight bytes of a frame two words of data, one of mask, one unused */
#define IGBR_FHFT(n)			(0x09000 + 0x100 * (n))		/* n < 4 */
#define IGBR_FHFT_EXT(n)		(0x09a00 + 0x100 * ((n) - 4))	/* n >= 4 */
#define  IGBR_FHFT_ACTION		63	/* the last word */
#define   IGBR_FHFT_LENGTH		GENMASK(7, 0)
#define   IGBR_FHFT_QUEUE		GENMASK(10, 8)
#define   IGBR_FHFT_PRIORITY		GENMASK(18, 16)
#define IGBR_RETA(n)			(0x05c00 + 4 * (n))
#define IGBR_RSSRK(n)			(0x05c80 + 4 * (n))
#define IGBR_UTA(n)			(0x0a000 + 4 * (n))

#define IGBR_RDBAL(q)			(0x0c000 + 0x40 * (q))
#define IGBR_RDBAH(q)			(0x0c004 + 0x40 * (q))
#define IGBR_RDLEN(q)			(0x0c008 + 0x40 * (q))
#define IGBR_SRRCTL(q)			(0x0c00c + 0x40 * (q))
#define  IGBR_SRRCTL_BSIZEPKT		GENMASK(6, 0)	/* units of 1 KiB */
#define  IGBR_SRRCTL_DESCTYPE		GENMASK(27, 25)
#define   IGBR_DESCTYPE_ADV_ONE_BUFFER	1
#define  IGBR_SRRCTL_DROP_EN		BIT(31)
#define IGBR_RDH(q)			(0x0c010 + 0x40 * (q))
#define IGBR_RDT(q)			(0x0c018 + 0x40 * (q))
#define IGBR_RXDCTL(q)			(0x0c028 + 0x40 * (q))
#define  IGBR_RXDCTL_PTHRESH		GENMASK(4, 0)
#define  IGBR_RXDCTL_HTHRESH		GENMASK(12, 8)
#define  IGBR_RXDCTL_WTHRESH		GENMASK(20, 16)
#define  IGBR_RXDCTL_ENABLE		BIT(25)
#define IGBR_RQDPC(q)			(0x0c030 + 0x40 * (q))

/* Transmit (8.12) */
#define IGBR_TXPBS			0x03404
#define IGBR_TCTL			0x00400
#define  IGBR_TCTL_EN			BIT(1)
#define  IGBR_TCTL_PSP			BIT(3)
#define  IGBR_TCTL_CT			GENMASK(11, 4)
#define  IGBR_TCTL_COLD			GENMASK(21, 12)
#define  IGBR_TCTL_RTLC			BIT(24)
#define IGBR_TDBAL(q)			(0x0e000 + 0x40 * (q))
#define IGBR_TDBAH(q)			(0x0e004 + 0x40 * (q))
#define IGBR_TDLEN(q)			(0x0e008 + 0x40 * (q))
#define IGBR_TDH(q)			(0x0e010 + 0x40 * (q))
#define IGBR_TXCTL(q)			(0x0e014 + 0x40 * (q))
#define  IGBR_TXCTL_WB_RO		BIT(11)
#define IGBR_TDT(q)			(0x0e018 + 0x40 * (q))
#define IGBR_TXDCTL(q)			(0x0e028 + 0x40 * (q))
#define  IGBR_TXDCTL_PTHRESH		GENMASK(4, 0)
#define  IGBR_TXDCTL_HTHRESH		GENMASK(12, 8)
#define  IGBR_TXDCTL_WTHRESH		GENMASK(20, 16)
#define  IGBR_TXDCTL_ENABLE		BIT(25)
#define IGBR_TDWBAL(q)			(0x0e038 + 0x40 * (q))
#define  IGBR_TDWBAL_ENABLE		BIT(0)
#define IGBR_TDWBAH(q)			(0x0e03c + 0x40 * (q))

/* Wake-up and management (8.16, 8.20) */
#define IGBR_WUC			0x05800
#define  IGBR_WUC_PME_EN		BIT(1)
#define IGBR_WUFC			0x05808
#define  IGBR_WUFC_LNKC			BIT(0)
#define  IGBR_WUFC_MAG			BIT(1)
#define  IGBR_WUFC_EX			BIT(2)
#define  IGBR_WUFC_MC			BIT(3)
#define  IGBR_WUFC_BC			BIT(4)
#define  IGBR_WUFC_FLEX			BIT(14)
#define  IGBR_WUFC_FLEX_FILTER(n)	BIT(16 + (n))
#define  IGBR_WUFC_FLEX_FILTERS		GENMASK(23, 16)
#define IGBR_WUS			0x05810
#define IGBR_MANC			0x05820
#define IGBR_FWSM			0x05b54

/* Statistics (8.18); all clear on read. The wide ones clear when the high half is read. */
#define IGBR_CRCERRS			0x04000
#define IGBR_ALGNERRC			0x04004
#define IGBR_SYMERRS			0x04008
#define IGBR_RXERRC			0x0400c
#define IGBR_MPC			0x04010
#define IGBR_SCC			0x04014
#define IGBR_ECOL			0x04018
#define IGBR_MCC			0x0401c
#define IGBR_LATECOL			0x04020
#define IGBR_COLC			0x04028
#define IGBR_DC				0x04030
#define IGBR_TNCRS			0x04034
#define IGBR_RLEC			0x04040
#define IGBR_XONRXC			0x04048
#define IGBR_XONTXC			0x0404c
#define IGBR_XOFFRXC			0x04050
#define IGBR_XOFFTXC			0x04054
#define IGBR_FCRUC			0x04058
#define IGBR_PRC64			0x0405c
#define IGBR_PRC127			0x04060
#define IGBR_PRC255			0x04064
#define IGBR_PRC511			0x04068
#define IGBR_PRC1023			0x0406c
#define IGBR_PRC1522			0x04070
#define IGBR_GPRC			0x04074
#define IGBR_BPRC			0x04078
#define IGBR_MPRC			0x0407c
#define IGBR_GPTC			0x04080
#define IGBR_GORCL			0x04088
#define IGBR_GOTCL			0x04090
#define IGBR_RNBC			0x040a0
#define IGBR_RUC			0x040a4
#define IGBR_RFC			0x040a8
#define IGBR_ROC			0x040ac
#define IGBR_RJC			0x040b0
#define IGBR_MGTPRC			0x040b4
#define IGBR_MGTPDC			0x040b8
#define IGBR_MGTPTC			0x040bc
#define IGBR_TORL			0x040c0
#define IGBR_TOTL			0x040c8
#define IGBR_TPR			0x040d0
#define IGBR_TPT			0x040d4
#define IGBR_PTC64			0x040d8
#define IGBR_PTC127			0x040dc
#define IGBR_PTC255			0x040e0
#define IGBR_PTC511			0x040e4
#define IGBR_PTC1023			0x040e8
#define IGBR_PTC1522			0x040ec
#define IGBR_MPTC			0x040f0
#define IGBR_BPTC			0x040f4
#define IGBR_TSCTC			0x040f8
#define IGBR_IAC			0x04100

#endif /* _IGBR_HW_REGS_H_ */
