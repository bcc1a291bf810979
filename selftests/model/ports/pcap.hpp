// SPDX-License-Identifier: GPL-2.0-only
// Capture files in the classic pcap format, nanosecond variant, Ethernet link type.
#pragma once

#include <fstream>
#include <string>
#include <vector>

#include "util/result.hpp"
#include "util/types.hpp"

namespace igbmodel {

class PcapWriter {
public:
    [[nodiscard]] static Result<PcapWriter> create(const std::string& path);
    void write(ByteView frame, u64 time_ns);

private:
    void put(ByteView bytes);

    std::ofstream file_;
};

// The frames of a file, micro- or nanosecond, of either byte order.
[[nodiscard]] Result<std::vector<Bytes>> parse_pcap(ByteView bytes);
[[nodiscard]] Result<std::vector<Bytes>> read_pcap(const std::string& path);

}  // namespace igbmodel
