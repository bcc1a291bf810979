// SPDX-License-Identifier: GPL-2.0-only
/*
 * The filters that lead frames to a queue (82576 datasheet, section 7.1.1; I210 datasheet,
 * section 7.1.2). Who uses which slot is not known here.
 */
#include <linux/bitfield.h>
#include <linux/minmax.h>
#include <linux/string.h>
#include <linux/unaligned.h>

#include "filter.h"
#include "hw.h"

/* The tuple filters have the order of the wire in the lowest byte first. */
static u32 igbr_wire16(__be16 value)
{
	return swab16(be16_to_cpu(value));
}

static u32 igbr_wire32(__be32 value)
{
	return swab32(be32_to_cpu(value));
}

static u32 igbr_imir(const struct igbr_match *match, unsigned int priority)
{
	u32 imir = FIELD_PREP(IGBR_IMIR_PRIORITY, priority);

	if (match->fields & IGBR_HAS(DEST_PORT))
		return imir | igbr_wire16(match->dest_port);
	return imir | IGBR_IMIR_PORT_BYPASS;
}

/**
 * igbr_hw_write_tuple - compare addresses, ports and protocol
 * @hw: the port
 * @slot: an idle slot
 * @match: what to compare, all of it within what the MAC's tuple filters can
 * @queue: receive queue
 * @priority: 0 to 7; the highest of those that match wins
 *
 * Context: any, as for everything here; the caller keeps others from the same slot.
 */
void igbr_hw_write_tuple(struct igbr_hw *hw, unsigned int slot, const struct igbr_match *match,
			 unsigned int queue, unsigned int priority)
{
	u32 ftqf = IGBR_FTQF_IDLE | IGBR_FTQF_QUEUE_ENABLE | FIELD_PREP(IGBR_FTQF_QUEUE, queue);

	if (match->fields & IGBR_HAS(PROTOCOL)) {
		ftqf &= ~IGBR_FTQF_PROTOCOL_BYPASS;
		ftqf |= FIELD_PREP(IGBR_FTQF_PROTOCOL, match->protocol);
	}
	if (hw->mac->filters.full_tuples) {
		if (match->fields & IGBR_HAS(SOURCE_IP))
			ftqf &= ~IGBR_FTQF_SOURCE_IP_BYPASS;
		if (match->fields & IGBR_HAS(DEST_IP))
			ftqf &= ~IGBR_FTQF_DEST_IP_BYPASS;
		if (match->fields & IGBR_HAS(SOURCE_PORT))
			ftqf &= ~IGBR_FTQF_SOURCE_PORT_BYPASS;
		igbr_wr32(hw, IGBR_SAQF(slot), igbr_wire32(match->source_ip.s6_addr32[0]));
		igbr_wr32(hw, IGBR_DAQF(slot), igbr_wire32(match->dest_ip.s6_addr32[0]));
		igbr_wr32(hw, IGBR_SPQF(slot), igbr_wire16(match->source_port));
	}
	igbr_wr32(hw, IGBR_IMIR(slot), igbr_imir(match, priority));
	igbr_wr32(hw, IGBR_IMIREXT(slot), IGBR_IMIREXT_SIZE_BYPASS | IGBR_IMIREXT_FLAGS_BYPASS);
	/* Only now it is in use. */
	igbr_wr32(hw, IGBR_FTQF(slot), ftqf);
}

/**
 * igbr_hw_move_tuple - give a tuple filter another queue or priority
 * @hw: the port
 * @slot: a slot in use
 * @queue: receive queue
 * @priority: 0 to 7
 */
void igbr_hw_move_tuple(struct igbr_hw *hw, unsigned int slot, unsigned int queue,
			unsigned int priority)
{
	u32 imir = igbr_rd32(hw, IGBR_IMIR(slot)) & ~IGBR_IMIR_PRIORITY;
	u32 ftqf = igbr_rd32(hw, IGBR_FTQF(slot)) & ~IGBR_FTQF_QUEUE;

	igbr_wr32(hw, IGBR_IMIR(slot), imir | FIELD_PREP(IGBR_IMIR_PRIORITY, priority));
	igbr_wr32(hw, IGBR_FTQF(slot), ftqf | FIELD_PREP(IGBR_FTQF_QUEUE, queue));
}

/**
 * igbr_hw_clear_tuple - let a tuple filter match nothing
 * @hw: the port
 * @slot: the slot
 */
void igbr_hw_clear_tuple(struct igbr_hw *hw, unsigned int slot)
{
	igbr_wr32(hw, IGBR_FTQF(slot), IGBR_FTQF_IDLE);
	igbr_wr32(hw, IGBR_IMIR(slot), IGBR_IMIR_PORT_BYPASS);
	igbr_wr32(hw, IGBR_IMIREXT(slot), IGBR_IMIREXT_SIZE_BYPASS | IGBR_IMIREXT_FLAGS_BYPASS);
}

/* What a flex filter is given here fits: the ports of IPv6 end at byte 58. */
#define IGBR_FLEX_BYTES		64
#define IGBR_FLEX_ROWS		(IGBR_FLEX_BYTES / 8)

/* Places in a frame without a VLAN tag */
#define IGBR_AT_DEST_MAC	0
#define IGBR_AT_SOURCE_MAC	6
#define IGBR_AT_ETHERTYPE	12
#define IGBR_AT_IP4_VERSION	14
#define IGBR_AT_IP4_FRAGMENT	21
#define IGBR_AT_IP4_PROTOCOL	23
#define IGBR_AT_IP4_SOURCE	26
#define IGBR_AT_IP4_DEST	30
#define IGBR_AT_IP4_PORTS	34
#define IGBR_AT_IP6_PROTOCOL	20
#define IGBR_AT_IP6_SOURCE	22
#define IGBR_AT_IP6_DEST	38
#define IGBR_AT_IP6_PORTS	54

#define IGBR_IP4_PLAIN		0x45	/* version 4, no options */

/**
 * struct igbr_flex - the first bytes of a frame
 * @data: what they are
 * @mask: a bit for each that is compared
 * @length: up to where; a multiple of eight
 */
struct igbr_flex {
	u8 data[IGBR_FLEX_BYTES];
	u8 mask[IGBR_FLEX_ROWS];
	unsigned int length;
};

static void igbr_flex_compare(struct igbr_flex *flex, unsigned int place, const void *data,
			      unsigned int length)
{
	unsigned int i;

	memcpy(&flex->data[place], data, length);
	for (i = place; i < place + length; i++)
		flex->mask[i / 8] |= BIT(i % 8);
	flex->length = max(flex->length, round_up(place + length, 8));
}

/*
 * The ports are where they are only behind a header without options, in the first fragment. Of a
 * fragment's offset the lower byte can be compared; the rest shares a byte with flags. So, one that
 * begins at a multiple of 2048 bytes is taken for a first one.
 */
static void igbr_flex_compare_ip4(struct igbr_flex *flex, const struct igbr_match *match)
{
	static const u8 plain = IGBR_IP4_PLAIN, first;

	if (match->fields & IGBR_HAS(PROTOCOL))
		igbr_flex_compare(flex, IGBR_AT_IP4_PROTOCOL, &match->protocol, 1);
	if (match->fields & IGBR_HAS(SOURCE_IP))
		igbr_flex_compare(flex, IGBR_AT_IP4_SOURCE, &match->source_ip, 4);
	if (match->fields & IGBR_HAS(DEST_IP))
		igbr_flex_compare(flex, IGBR_AT_IP4_DEST, &match->dest_ip, 4);
	if (match->fields & IGBR_HAS(SOURCE_PORT))
		igbr_flex_compare(flex, IGBR_AT_IP4_PORTS, &match->source_port, 2);
	if (match->fields & IGBR_HAS(DEST_PORT))
		igbr_flex_compare(flex, IGBR_AT_IP4_PORTS + 2, &match->dest_port, 2);
	if (match->fields & (IGBR_HAS(SOURCE_PORT) | IGBR_HAS(DEST_PORT))) {
		igbr_flex_compare(flex, IGBR_AT_IP4_VERSION, &plain, 1);
		igbr_flex_compare(flex, IGBR_AT_IP4_FRAGMENT, &first, 1);
	}
}

static void igbr_flex_compare_ip6(struct igbr_flex *flex, const struct igbr_match *match)
{
	if (match->fields & IGBR_HAS(PROTOCOL))
		igbr_flex_compare(flex, IGBR_AT_IP6_PROTOCOL, &match->protocol, 1);
	if (match->fields & IGBR_HAS(SOURCE_IP))
		igbr_flex_compare(flex, IGBR_AT_IP6_SOURCE, &match->source_ip, 16);
	if (match->fields & IGBR_HAS(DEST_IP))
		igbr_flex_compare(flex, IGBR_AT_IP6_DEST, &match->dest_ip, 16);
	if (match->fields & IGBR_HAS(SOURCE_PORT))
		igbr_flex_compare(flex, IGBR_AT_IP6_PORTS, &match->source_port, 2);
	if (match->fields & IGBR_HAS(DEST_PORT))
		igbr_flex_compare(flex, IGBR_AT_IP6_PORTS + 2, &match->dest_port, 2);
}

static void igbr_flex_build(struct igbr_flex *flex, const struct igbr_match *match)
{
	*flex = (struct igbr_flex){ };
	if (match->fields & IGBR_HAS(DEST_MAC))
		igbr_flex_compare(flex, IGBR_AT_DEST_MAC, match->dest_mac, ETH_ALEN);
	if (match->fields & IGBR_HAS(SOURCE_MAC))
		igbr_flex_compare(flex, IGBR_AT_SOURCE_MAC, match->source_mac, ETH_ALEN);
	if (match->fields & IGBR_HAS(ETHERTYPE))
		igbr_flex_compare(flex, IGBR_AT_ETHERTYPE, &match->ethertype, 2);
	if (match->ethertype == htons(ETH_P_IP))
		igbr_flex_compare_ip4(flex, match);
	else if (match->ethertype == htons(ETH_P_IPV6))
		igbr_flex_compare_ip6(flex, match);
}

static u32 igbr_flex_word(unsigned int slot, unsigned int word)
{
	return (slot < 4 ? IGBR_FHFT(slot) : IGBR_FHFT_EXT(slot)) + 4 * word;
}

/* The last word of a filter's table */
static u32 igbr_flex_action(unsigned int length, unsigned int queue, unsigned int priority)
{
	return FIELD_PREP(IGBR_FHFT_LENGTH, length) | FIELD_PREP(IGBR_FHFT_QUEUE, queue) |
	       FIELD_PREP(IGBR_FHFT_PRIORITY, priority);
}

/**
 * igbr_hw_write_flex - compare bytes at the start of a frame
 * @hw: the port
 * @slot: an idle slot
 * @match: what to compare: anything but a VLAN priority
 * @queue: receive queue
 * @priority: 0 to 7; the highest of those that match wins
 *
 * The I210 compares no flex filter at all while one is written.
 */
void igbr_hw_write_flex(struct igbr_hw *hw, unsigned int slot, const struct igbr_match *match,
			unsigned int queue, unsigned int priority)
{
	struct igbr_flex flex;
	unsigned int row;

	igbr_flex_build(&flex, match);
	for (row = 0; row < flex.length / 8; row++) {
		igbr_wr32(hw, igbr_flex_word(slot, 4 * row),
			  get_unaligned_le32(&flex.data[8 * row]));
		igbr_wr32(hw, igbr_flex_word(slot, 4 * row + 1),
			  get_unaligned_le32(&flex.data[8 * row + 4]));
		igbr_wr32(hw, igbr_flex_word(slot, 4 * row + 2), flex.mask[row]);
	}
	igbr_wr32(hw, igbr_flex_word(slot, IGBR_FHFT_ACTION),
		  igbr_flex_action(flex.length, queue, priority));
	igbr_wr32(hw, IGBR_WUFC, igbr_rd32(hw, IGBR_WUFC) | IGBR_WUFC_FLEX |
		  IGBR_WUFC_FLEX_FILTER(slot));
}

/**
 * igbr_hw_move_flex - give a flex filter another queue or priority
 * @hw: the port
 * @slot: a slot in use
 * @queue: receive queue
 * @priority: 0 to 7
 */
void igbr_hw_move_flex(struct igbr_hw *hw, unsigned int slot, unsigned int queue,
		       unsigned int priority)
{
	u32 action = igbr_rd32(hw, igbr_flex_word(slot, IGBR_FHFT_ACTION));

	igbr_wr32(hw, igbr_flex_word(slot, IGBR_FHFT_ACTION),
		  igbr_flex_action(FIELD_GET(IGBR_FHFT_LENGTH, action), queue, priority));
}

/**
 * igbr_hw_clear_flex - let a flex filter match nothing
 * @hw: the port
 * @slot: the slot
 */
void igbr_hw_clear_flex(struct igbr_hw *hw, unsigned int slot)
{
	u32 wufc = igbr_rd32(hw, IGBR_WUFC) & ~IGBR_WUFC_FLEX_FILTER(slot);

	if (!(wufc & IGBR_WUFC_FLEX_FILTERS))
		wufc &= ~IGBR_WUFC_FLEX;
	igbr_wr32(hw, IGBR_WUFC, wufc);
}

/**
 * igbr_hw_write_ethertype - compare the Ethernet type
 * @hw: the port
 * @slot: the slot
 * @ethertype: the type
 * @queue: receive queue, 0 to 7
 */
void igbr_hw_write_ethertype(struct igbr_hw *hw, unsigned int slot, __be16 ethertype,
			     unsigned int queue)
{
	igbr_wr32(hw, IGBR_ETQF(slot), IGBR_ETQF_ENABLE | IGBR_ETQF_QUEUE_ENABLE |
		  FIELD_PREP(IGBR_ETQF_QUEUE, queue) |
		  FIELD_PREP(IGBR_ETQF_TYPE, be16_to_cpu(ethertype)));
}

/**
 * igbr_hw_clear_ethertype - compare it no longer
 * @hw: the port
 * @slot: the slot
 */
void igbr_hw_clear_ethertype(struct igbr_hw *hw, unsigned int slot)
{
	igbr_wr32(hw, IGBR_ETQF(slot), 0);
}

/**
 * igbr_hw_write_syn - look for TCP's flag SYN
 * @hw: the port
 * @queue: receive queue, 0 to 7
 *
 * RFCTL.SYNQFP stays as a reset leaves it: tuple filters are asked before.
 */
void igbr_hw_write_syn(struct igbr_hw *hw, unsigned int queue)
{
	igbr_wr32(hw, IGBR_SYNQF, IGBR_SYNQF_ENABLE | FIELD_PREP(IGBR_SYNQF_QUEUE, queue));
}

/**
 * igbr_hw_clear_syn - look for it no longer
 * @hw: the port
 */
void igbr_hw_clear_syn(struct igbr_hw *hw)
{
	igbr_wr32(hw, IGBR_SYNQF, 0);
}

static void igbr_hw_update_vlapqf(struct igbr_hw *hw, unsigned int priority, u32 set)
{
	u32 vlapqf = igbr_rd32(hw, IGBR_VLAPQF);

	vlapqf &= ~IGBR_VLAPQF_ENTRY(priority, IGBR_VLAPQF_VALID | IGBR_VLAPQF_QUEUE);
	igbr_wr32(hw, IGBR_VLAPQF, vlapqf | IGBR_VLAPQF_ENTRY(priority, set));
}

/**
 * igbr_hw_write_vlan_priority - compare the priority in a VLAN tag
 * @hw: the port
 * @priority: 0 to 7
 * @queue: receive queue, 0 to 3
 */
void igbr_hw_write_vlan_priority(struct igbr_hw *hw, unsigned int priority, unsigned int queue)
{
	igbr_hw_update_vlapqf(hw, priority,
			      IGBR_VLAPQF_VALID | FIELD_PREP(IGBR_VLAPQF_QUEUE, queue));
}

/**
 * igbr_hw_clear_vlan_priority - compare it no longer
 * @hw: the port
 * @priority: 0 to 7
 */
void igbr_hw_clear_vlan_priority(struct igbr_hw *hw, unsigned int priority)
{
	igbr_hw_update_vlapqf(hw, priority, 0);
}
