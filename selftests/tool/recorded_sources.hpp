// SPDX-License-Identifier: GPL-2.0-only
// Sources of truth that were recorded from a machine into a directory, and the recorders.
//
//   proc/..., sys/...   the files that were read, where they were
//   netlink             "ask PROTOCOL HEX" (sequence and port 0), then "reply HEX" for each, then
//   "end" or "error KIND TEXT" ethtool             "call DEVICE HEX", then "answer HEX" or "error
//   KIND TEXT"
#pragma once

#include <map>
#include <string>
#include <vector>

#include "source/ethtool_ioctl.hpp"
#include "source/files.hpp"
#include "source/netlink.hpp"
#include "source/sources.hpp"

namespace igbtune::test {

using source::Bytes;
using source::ByteView;

std::string to_hex(ByteView bytes);
Bytes from_hex(std::string_view text);

// An answer that is given whatever the machine, the time and the process: what recorded requests
// are compared by.
Bytes without_sequence(ByteView request);

class RecordedNetlink : public source::Netlink {
public:
    explicit RecordedNetlink(const std::string& directory);
    util::Result<std::vector<Bytes>> ask(int protocol, ByteView request) override;

    // The answers by request, open for tests that damage them.
    std::map<std::string, std::vector<Bytes>>& answers() { return answers_; }

private:
    std::map<std::string, std::vector<Bytes>> answers_;
    std::map<std::string, util::Error> errors_;
};

class RecordedEthtool : public source::EthtoolIoctl {
public:
    explicit RecordedEthtool(const std::string& directory);
    util::Status call(const std::string& device, std::span<std::byte> command) override;

    std::map<std::string, Bytes>& answers() { return answers_; }

private:
    std::map<std::string, Bytes> answers_;
    std::map<std::string, util::Error> errors_;
};

// All of one recording, by its name below recorded/.
struct Recording {
    explicit Recording(const std::string& name);

    source::Files files;
    RecordedNetlink netlink;
    RecordedEthtool ethtool;
    source::Sources sources;
};

// Sources that pass everything on and write it down.
class RecordingFiles : public source::Files {
public:
    explicit RecordingFiles(std::string directory) : directory_(std::move(directory)) {}
    util::Result<std::string> read(const std::string& path) const override;
    util::Result<std::vector<std::string>> list(const std::string& path) const override;
    util::Result<std::string> link(const std::string& path) const override;

private:
    std::string directory_;
};

class RecordingNetlink : public source::Netlink {
public:
    RecordingNetlink(source::Netlink& netlink, std::string directory)
        : netlink_(netlink), directory_(std::move(directory)) {}
    util::Result<std::vector<Bytes>> ask(int protocol, ByteView request) override;

private:
    source::Netlink& netlink_;
    std::string directory_;
};

class RecordingEthtool : public source::EthtoolIoctl {
public:
    RecordingEthtool(source::EthtoolIoctl& ethtool, std::string directory)
        : ethtool_(ethtool), directory_(std::move(directory)) {}
    util::Status call(const std::string& device, std::span<std::byte> command) override;

private:
    source::EthtoolIoctl& ethtool_;
    std::string directory_;
};

}  // namespace igbtune::test
