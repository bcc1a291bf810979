/* SPDX-License-Identifier: GPL-2.0-only WITH Linux-syscall-note */
/*
 * igbr: what the driver and programs that talk to it share.
 */
#ifndef _UAPI_IGBR_H_
#define _UAPI_IGBR_H_

#include <linux/types.h>

/* Version of the register dump (ethtool -d): an array of struct igbr_reg. */
#define IGBR_REGS_VERSION	1

/**
 * struct igbr_reg - a register in the dump, both in the machine's byte order
 * @offset: from the start of BAR 0, in bytes, as in the Intel datasheets
 * @value: what it read as
 *
 * Registers that change as they are read are left out; a program finds the others by their
 * offset, not by their place.
 */
struct igbr_reg {
	__u32 offset;
	__u32 value;
};

/*
 * The generic netlink family: what no standard interface shows. Described in
 * Documentation/netlink/igbr.yaml.
 */
#define IGBR_FAMILY_NAME	"igbr"
#define IGBR_FAMILY_VERSION	1

enum {
	IGBR_FILTER_KIND_ETHERTYPE,
	IGBR_FILTER_KIND_FLEX,
	IGBR_FILTER_KIND_TUPLE,
	IGBR_FILTER_KIND_VLAN_PRIORITY,
	IGBR_FILTER_KIND_SYN,
};

enum {
	IGBR_FILTER_OWNER_RULE,
	IGBR_FILTER_OWNER_FLOW,
	IGBR_FILTER_OWNER_TC,
};

enum {
	IGBR_A_FILTER_IFINDEX = 1,
	IGBR_A_FILTER_KIND,
	IGBR_A_FILTER_SLOT,
	IGBR_A_FILTER_OWNER,
	IGBR_A_FILTER_LOCATION,
	IGBR_A_FILTER_QUEUE,
	IGBR_A_FILTER_AGE,
	IGBR_A_FILTER_DEST_MAC,
	IGBR_A_FILTER_SOURCE_MAC,
	IGBR_A_FILTER_ETHERTYPE,
	IGBR_A_FILTER_VLAN_PRIORITY,
	IGBR_A_FILTER_PROTOCOL,
	IGBR_A_FILTER_SOURCE_IP,
	IGBR_A_FILTER_DEST_IP,
	IGBR_A_FILTER_SOURCE_PORT,
	IGBR_A_FILTER_DEST_PORT,
	IGBR_A_FILTER_FROM_QUEUE,
	IGBR_A_FILTER_ASKS,
	IGBR_A_FILTER_TC_PRIO,
	IGBR_A_FILTER_TCP_SYN,

	__IGBR_A_FILTER_MAX,
	IGBR_A_FILTER_MAX = __IGBR_A_FILTER_MAX - 1
};

enum {
	IGBR_A_ARFS_IFINDEX = 1,
	IGBR_A_ARFS_STEERED,
	IGBR_A_ARFS_MOVED,
	IGBR_A_ARFS_EXPIRED,
	IGBR_A_ARFS_EVICTED,
	IGBR_A_ARFS_REFUSED_FULL,
	IGBR_A_ARFS_REFUSED_KIND,
	IGBR_A_ARFS_REFUSED_MAC,
	IGBR_A_ARFS_REFUSED_SHARED,
	IGBR_A_ARFS_REFUSED_RULE,
	IGBR_A_ARFS_YIELDED,

	__IGBR_A_ARFS_MAX,
	IGBR_A_ARFS_MAX = __IGBR_A_ARFS_MAX - 1
};

enum {
	IGBR_CMD_FILTER_GET = 1,
	IGBR_CMD_FLOW_GET,
	IGBR_CMD_ARFS_GET,

	__IGBR_CMD_MAX,
	IGBR_CMD_MAX = __IGBR_CMD_MAX - 1
};

#endif /* _UAPI_IGBR_H_ */
