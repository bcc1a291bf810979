// SPDX-License-Identifier: GPL-2.0-only
#include "ports/pcap.hpp"

#include <array>
#include <iterator>

#include "util/bytes.hpp"

namespace igbmodel {

namespace {
constexpr u32 magic_microseconds = 0xa1b2c3d4;
constexpr u32 magic_nanoseconds = 0xa1b23c4d;
constexpr std::size_t file_header = 24;
constexpr std::size_t record_header = 16;
constexpr u32 longest_frame = 65535;
constexpr u32 link_ethernet = 1;
constexpr u64 second = 1'000'000'000;
}  // namespace

Result<PcapWriter> PcapWriter::create(const std::string& path) {
    PcapWriter writer;
    writer.file_.open(path, std::ios::binary);
    if (!writer.file_) {
        return system_error("cannot write " + path);
    }
    std::array<u8, file_header> header{};
    store_le<u32>(header.data(), magic_nanoseconds);
    store_le<u16>(header.data() + 4, 2);
    store_le<u16>(header.data() + 6, 4);
    store_le<u32>(header.data() + 16, longest_frame);
    store_le<u32>(header.data() + 20, link_ethernet);
    writer.put(header);
    return writer;
}

void PcapWriter::put(ByteView bytes) {
    file_.write(reinterpret_cast<const char*>(bytes.data()),
                static_cast<std::streamsize>(bytes.size()));
}

void PcapWriter::write(ByteView frame, u64 time_ns) {
    std::array<u8, record_header> header{};
    store_le<u32>(header.data(), static_cast<u32>(time_ns / second));
    store_le<u32>(header.data() + 4, static_cast<u32>(time_ns % second));
    store_le<u32>(header.data() + 8, static_cast<u32>(frame.size()));
    store_le<u32>(header.data() + 12, static_cast<u32>(frame.size()));
    put(header);
    put(frame);
    file_.flush();
}

Result<std::vector<Bytes>> parse_pcap(ByteView bytes) {
    if (bytes.size() < file_header) {
        return Error{"pcap: the file is shorter than its header"};
    }
    const auto is_magic = [](u32 value) {
        return value == magic_microseconds || value == magic_nanoseconds;
    };
    const bool big = is_magic(load_be32(bytes.data()));
    const auto load = [big](const u8* from) { return big ? load_be32(from) : load_le<u32>(from); };
    if (!is_magic(load(bytes.data()))) {
        return Error{"pcap: the file does not begin as a classic pcap file does"};
    }
    if (load(bytes.data() + 20) != link_ethernet) {
        return Error{"pcap: the link type is not Ethernet"};
    }
    std::vector<Bytes> frames;
    std::size_t at = file_header;
    while (bytes.size() - at >= record_header) {
        const std::size_t size = load(bytes.data() + at + 8);
        at += record_header;
        if (size > bytes.size() - at) {
            return Error{"pcap: record " + std::to_string(frames.size()) + " is cut short"};
        }
        const auto frame = bytes.subspan(at, size);
        frames.emplace_back(frame.begin(), frame.end());
        at += size;
    }
    return frames;
}

Result<std::vector<Bytes>> read_pcap(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    if (!file) {
        return system_error("cannot read " + path);
    }
    const Bytes bytes{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
    return parse_pcap(bytes);
}

}  // namespace igbmodel
