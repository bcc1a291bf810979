// SPDX-License-Identifier: GPL-2.0-only
/*
 * Matches: how one comes to be, field by field, and whether two are about the same frames.
 */
#include <linux/etherdevice.h>
#include <linux/string.h>

#include "match.h"

/**
 * igbr_match_add - compare a field if its mask is set
 * @match: so far
 * @field: the field
 * @to: where in @match it is
 * @value: what to compare it with
 * @mask: as long as it
 * @length: of all three, in bytes
 *
 * Context: any, as for everything here.
 * Return: whether the mask is all or nothing; else no filter can compare it.
 */
bool igbr_match_add(struct igbr_match *match, enum igbr_field field, void *to, const void *value,
		    const void *mask, size_t length)
{
	if (!memchr_inv(mask, 0, length))
		return true;
	if (memchr_inv(mask, 0xff, length))
		return false;
	match->fields |= BIT(field);
	memcpy(to, value, length);
	return true;
}

/**
 * igbr_match_differs - whether two matches want a field to be different things
 * @a: one match
 * @b: the other
 * @field: a field that both compare
 *
 * Return: true if no frame can match both.
 */
bool igbr_match_differs(const struct igbr_match *a, const struct igbr_match *b,
			enum igbr_field field)
{
	switch (field) {
	case IGBR_FIELD_DEST_MAC:
		return !ether_addr_equal(a->dest_mac, b->dest_mac);
	case IGBR_FIELD_SOURCE_MAC:
		return !ether_addr_equal(a->source_mac, b->source_mac);
	case IGBR_FIELD_ETHERTYPE:
		return a->ethertype != b->ethertype;
	case IGBR_FIELD_VLAN_PRIORITY:
		return a->vlan_priority != b->vlan_priority;
	case IGBR_FIELD_PROTOCOL:
		return a->protocol != b->protocol;
	case IGBR_FIELD_SOURCE_IP:
		return memcmp(&a->source_ip, &b->source_ip, sizeof(a->source_ip));
	case IGBR_FIELD_DEST_IP:
		return memcmp(&a->dest_ip, &b->dest_ip, sizeof(a->dest_ip));
	case IGBR_FIELD_SOURCE_PORT:
		return a->source_port != b->source_port;
	case IGBR_FIELD_DEST_PORT:
		return a->dest_port != b->dest_port;
	default:
		return false;
	}
}
