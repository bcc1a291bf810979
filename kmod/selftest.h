/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The self-test of ethtool -t.
 */
#ifndef _IGBR_SELFTEST_H_
#define _IGBR_SELFTEST_H_

#include <linux/ethtool.h>

extern const unsigned int igbr_selftest_count;
void igbr_selftest_strings(u8 *data);
void igbr_self_test(struct net_device *netdev, struct ethtool_test *test, u64 *results);

#endif /* _IGBR_SELFTEST_H_ */
