/* SPDX-License-Identifier: GPL-2.0-only */
/* The receive rings that each test of the receive path runs on, one after the other. */
#ifndef _IGBR_TESTS_RX_LAYOUTS_H_
#define _IGBR_TESTS_RX_LAYOUTS_H_

#include "rx_device.h"

/* How buffers lie in pages, and how packets are made of them */
struct igbr_test_layout {
	const char *name;
	struct igbr_config config;
	u16 copybreak;
	bool legacy;
	enum igbr_test_prog prog;
};

#define IGBR_TEST_LAYOUT(...)	IGBR_TEST_CONFIG(.rx_count = IGBR_RING_MIN, __VA_ARGS__)

static const struct igbr_test_layout igbr_layouts[] = {
	{ "half pages", IGBR_TEST_LAYOUT(.mtu = 1500) },
	{ "half pages, copied", IGBR_TEST_LAYOUT(.mtu = 1500), .copybreak = IGBR_RX_COPY_LEN },
	{ "pages", IGBR_TEST_LAYOUT(.mtu = 9000) },
	{ "pages, legacy", IGBR_TEST_LAYOUT(.mtu = 9000), .legacy = true },
	{ "rx-all", IGBR_TEST_LAYOUT(.mtu = 1500, .rx_all = true) },
	{ "XDP", IGBR_TEST_LAYOUT(.mtu = 1500, .xdp = true) },
	{ "XDP, fragments", IGBR_TEST_LAYOUT(.mtu = 9000, .xdp = true) },
	{ "XDP, program", IGBR_TEST_LAYOUT(.mtu = 1500, .xdp = true),
	  .prog = IGBR_TEST_PROG_LINEAR },
	{ "XDP, program, fragments", IGBR_TEST_LAYOUT(.mtu = 9000, .xdp = true),
	  .prog = IGBR_TEST_PROG_FRAGS },
	{ "XDP, program, rx-all", IGBR_TEST_LAYOUT(.mtu = 1500, .xdp = true, .rx_all = true),
	  .prog = IGBR_TEST_PROG_FRAGS },
};

KUNIT_ARRAY_PARAM_DESC(igbr_layout, igbr_layouts, name);

/* A port with a ring of this layout; a program passes each frame on. */
static inline struct igbr_test_port *igbr_rx_layout_open(struct kunit *test)
{
	static const struct bpf_insn pass[] = {
		BPF_MOV64_IMM(BPF_REG_0, XDP_PASS),
		BPF_EXIT_INSN(),
	};
	const struct igbr_test_layout *layout = test->param_value;
	struct igbr_test_port *port = igbr_test_open(test, &layout->config);

	igbr_rx_set_copybreak(port->rx, layout->copybreak);
	igbr_rx_set_legacy(port->rx, layout->legacy);
	igbr_rx_set_features(port->rx, NETIF_F_RXCSUM | NETIF_F_RXHASH | NETIF_F_HW_VLAN_CTAG_RX);
	if (layout->prog)
		igbr_test_add_prog(test, layout->prog, pass, ARRAY_SIZE(pass));
	return port;
}

#endif /* _IGBR_TESTS_RX_LAYOUTS_H_ */
