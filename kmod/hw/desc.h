/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Advanced descriptors: what the driver and the device exchange in memory
 * (82576 datasheet, sections 7.1.5 and 7.2.2).
 */
#ifndef _IGBR_HW_DESC_H_
#define _IGBR_HW_DESC_H_

#include <linux/bits.h>
#include <linux/types.h>

/**
 * union igbr_rx_desc - one receive descriptor, one-buffer format
 * @read: what the driver hands over
 * @read.addr: DMA address of the buffer
 * @read.hdr_addr: header buffer, unused; its zero also clears the status of @wb
 * @wb: what the device writes back; it is never trusted without a check
 * @wb.lower: RSS type and packet type (IGBR_RXD_*), RSS hash in the upper half
 * @wb.upper: status, errors, length and VLAN tag (IGBR_RXD_*)
 */
union igbr_rx_desc {
	struct {
		__le64 addr;
		__le64 hdr_addr;
	} read;
	struct {
		__le64 lower;
		__le64 upper;
	} wb;
};

/* wb.lower */
#define IGBR_RXD_RSS_TYPE		GENMASK_ULL(3, 0)
#define IGBR_RXD_HASH			GENMASK_ULL(63, 32)
/* RSS types are 1 to 9, 0 is none; these hash the ports too */
#define IGBR_RSS_TYPES			GENMASK(9, 1)
#define IGBR_RSS_TYPES_L4		(BIT(1) | BIT(3) | BIT(6) | BIT(7) | BIT(8) | BIT(9))

/* wb.upper: status in 19:0, errors in 31:20 */
#define IGBR_RXD_DD			BIT_ULL(0)
#define IGBR_RXD_EOP			BIT_ULL(1)
#define IGBR_RXD_VP			BIT_ULL(3)
#define IGBR_RXD_L4CS			BIT_ULL(5)
#define IGBR_RXD_L4E			BIT_ULL(29)
#define IGBR_RXD_IPE			BIT_ULL(30)
#define IGBR_RXD_RXE			BIT_ULL(31)
#define IGBR_RXD_CSUM_ERRORS		(IGBR_RXD_L4E | IGBR_RXD_IPE)
#define IGBR_RXD_CSUM			(IGBR_RXD_L4CS | IGBR_RXD_CSUM_ERRORS)
#define IGBR_RXD_LENGTH			GENMASK_ULL(47, 32)
#define IGBR_RXD_VLAN			GENMASK_ULL(63, 48)

/**
 * union igbr_tx_desc - one transmit descriptor
 * @data: a piece of a frame
 * @data.addr: DMA address of the piece
 * @data.cmd: command and length in the lower half, offloads and payload length in the upper
 *	(IGBR_TXD_*)
 * @context: the offload context of the frames that follow
 * @context.vlan_macip_lens: VLAN tag, length of the Ethernet and IP headers (IGBR_TXC_*)
 * @context.reserved: zero
 * @context.type_tucmd: protocols (IGBR_TXC_*)
 * @context.mss_l4len: segment size and length of the transport header (IGBR_TXC_*)
 */
union igbr_tx_desc {
	struct {
		__le64 addr;
		__le64 cmd;
	} data;
	struct {
		__le32 vlan_macip_lens;
		__le32 reserved;
		__le32 type_tucmd;
		__le32 mss_l4len;
	} context;
};

/* data.cmd */
#define IGBR_TXD_LENGTH			GENMASK_ULL(15, 0)
#define IGBR_TXD_DTYP			GENMASK_ULL(23, 20)
#define  IGBR_DTYP_CONTEXT		2
#define  IGBR_DTYP_DATA			3
#define IGBR_TXD_EOP			BIT_ULL(24)
#define IGBR_TXD_IFCS			BIT_ULL(25)
#define IGBR_TXD_RS			BIT_ULL(27)
#define IGBR_TXD_DEXT			BIT_ULL(29)
#define IGBR_TXD_VLE			BIT_ULL(30)
#define IGBR_TXD_TSE			BIT_ULL(31)
#define IGBR_TXD_IXSM			BIT_ULL(40)
#define IGBR_TXD_TXSM			BIT_ULL(41)
#define IGBR_TXD_PAYLEN			GENMASK_ULL(63, 46)

/* context.* */
#define IGBR_TXC_IPLEN			GENMASK(8, 0)
#define IGBR_TXC_MACLEN			GENMASK(15, 9)
#define IGBR_TXC_VLAN			GENMASK(31, 16)
#define IGBR_TXC_IPV4			BIT(10)
#define IGBR_TXC_L4T_UDP		0
#define IGBR_TXC_L4T_TCP		BIT(11)
#define IGBR_TXC_L4T_SCTP		BIT(12)
#define IGBR_TXC_L4LEN			GENMASK(15, 8)
#define IGBR_TXC_MSS			GENMASK(31, 16)

#endif /* _IGBR_HW_DESC_H_ */
