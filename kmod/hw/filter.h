/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The filters that lead frames to a queue: what they compare, and how a slot is written.
 */
#ifndef _IGBR_HW_FILTER_H_
#define _IGBR_HW_FILTER_H_

#include <linux/bits.h>
#include <linux/build_bug.h>
#include <linux/if_ether.h>
#include <linux/in6.h>
#include <linux/types.h>

struct igbr_hw;

/* What of a frame can be compared; each as a whole */
enum igbr_field {
	IGBR_FIELD_DEST_MAC,
	IGBR_FIELD_SOURCE_MAC,
	IGBR_FIELD_ETHERTYPE,
	IGBR_FIELD_VLAN_PRIORITY,
	IGBR_FIELD_PROTOCOL,
	IGBR_FIELD_SOURCE_IP,
	IGBR_FIELD_DEST_IP,
	IGBR_FIELD_SOURCE_PORT,
	IGBR_FIELD_DEST_PORT,
	IGBR_FIELD_TCP_SYN,
	IGBR_FIELDS
};

#define IGBR_HAS(field)	BIT(IGBR_FIELD_##field)

/**
 * struct igbr_match - which frames a rule is about
 * @fields: the fields that are compared, IGBR_HAS() bits; the others are zero
 * @dest_mac: destination address
 * @source_mac: source address
 * @ethertype: Ethernet type, behind a VLAN tag if there is one
 * @vlan_priority: priority in the VLAN tag
 * @protocol: IP protocol
 * @source_ip: source address, an IPv4 one in the first word
 * @dest_ip: destination address, likewise
 * @source_port: source port of TCP, UDP or SCTP
 * @dest_port: destination port
 *
 * IGBR_FIELD_TCP_SYN means that TCP's flag is set, and has no value. Addresses and ports of IP are
 * compared only together with @ethertype, which tells the version. There are no holes: matches are
 * compared as memory.
 */
struct igbr_match {
	u32 fields;
	u8 dest_mac[ETH_ALEN];
	u8 source_mac[ETH_ALEN];
	__be16 ethertype;
	u8 vlan_priority;
	u8 protocol;
	struct in6_addr source_ip;
	struct in6_addr dest_ip;
	__be16 source_port;
	__be16 dest_port;
};

static_assert(sizeof(struct igbr_match) == 56);

void igbr_hw_write_tuple(struct igbr_hw *hw, unsigned int slot, const struct igbr_match *match,
			 unsigned int queue, unsigned int priority);
void igbr_hw_move_tuple(struct igbr_hw *hw, unsigned int slot, unsigned int queue,
			unsigned int priority);
void igbr_hw_clear_tuple(struct igbr_hw *hw, unsigned int slot);
void igbr_hw_write_flex(struct igbr_hw *hw, unsigned int slot, const struct igbr_match *match,
			unsigned int queue, unsigned int priority);
void igbr_hw_move_flex(struct igbr_hw *hw, unsigned int slot, unsigned int queue,
		       unsigned int priority);
void igbr_hw_clear_flex(struct igbr_hw *hw, unsigned int slot);
void igbr_hw_write_ethertype(struct igbr_hw *hw, unsigned int slot, __be16 ethertype,
			     unsigned int queue);
void igbr_hw_clear_ethertype(struct igbr_hw *hw, unsigned int slot);
void igbr_hw_write_syn(struct igbr_hw *hw, unsigned int queue);
void igbr_hw_clear_syn(struct igbr_hw *hw);
void igbr_hw_write_vlan_priority(struct igbr_hw *hw, unsigned int priority, unsigned int queue);
void igbr_hw_clear_vlan_priority(struct igbr_hw *hw, unsigned int priority);

#endif /* _IGBR_HW_FILTER_H_ */
