/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The generic netlink family of uapi/igbr.h.
 */
#ifndef _IGBR_NETLINK_H_
#define _IGBR_NETLINK_H_

int igbr_netlink_register(void);
void igbr_netlink_unregister(void);

#endif /* _IGBR_NETLINK_H_ */
