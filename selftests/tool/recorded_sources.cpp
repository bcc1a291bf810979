// SPDX-License-Identifier: GPL-2.0-only
#include "recorded_sources.hpp"

#include <linux/netlink.h>

#include <algorithm>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "util/text.hpp"

namespace igbtune::test {

using util::Error;
using util::ErrorKind;
using util::Result;
using util::Status;

namespace {

namespace fs = std::filesystem;

std::string content_of(const std::string& path) {
    std::ifstream file(path);
    std::ostringstream text;
    text << file.rdbuf();
    return text.str();
}

void append_line(const std::string& path, const std::string& line) {
    std::ofstream(path, std::ios::app) << line << '\n';
}

std::string error_line(const Error& error) {
    return "error " + std::to_string(static_cast<int>(error.kind)) + ' ' + error.message;
}

Error error_of(std::string_view line) {
    const std::vector<std::string_view> parts = util::split(line, ' ');
    const int kind = util::number<int>(parts.at(1)).value_or(0);
    return {static_cast<ErrorKind>(kind),
            std::string(line.substr(parts[0].size() + parts[1].size() + 2))};
}

std::string netlink_key(int protocol, ByteView request) {
    return std::to_string(protocol) + ' ' + to_hex(without_sequence(request));
}

// The kernel reads only what it asks for in a command, and igbtune's buffers have room behind it:
// the key is what an ethtool command says, not how much room its answer has.
constexpr std::size_t ethtool_key_bytes = 8;

std::string ethtool_key(const std::string& device, ByteView command) {
    return device + ' ' + to_hex(command.first(std::min(command.size(), ethtool_key_bytes)));
}

}  // namespace

std::string to_hex(ByteView bytes) {
    constexpr std::string_view digits = "0123456789abcdef";
    std::string text;
    for (const std::byte value : bytes) {
        text += digits[std::to_integer<unsigned>(value) >> 4U];
        text += digits[std::to_integer<unsigned>(value) & 0xfU];
    }
    return text;
}

Bytes from_hex(std::string_view text) {
    Bytes bytes;
    for (std::size_t place = 0; place + 1 < text.size(); place += 2) {
        bytes.push_back(
            std::byte{util::number<std::uint8_t>(text.substr(place, 2), 16).value_or(0)});
    }
    return bytes;
}

Bytes without_sequence(ByteView request) {
    Bytes bytes(request.begin(), request.end());
    if (auto header = source::header_of<nlmsghdr>(bytes)) {
        header->nlmsg_seq = 0;
        header->nlmsg_pid = 0;
        std::memcpy(bytes.data(), &*header, sizeof(*header));
    }
    return bytes;
}

RecordedNetlink::RecordedNetlink(const std::string& directory) {
    const std::string content = content_of(directory + "/netlink");
    std::string key;
    for (const std::string_view line : util::lines(content)) {
        if (line.starts_with("ask ")) {
            key = line.substr(4);
            answers_[key].clear();  // asked again: the later answer counts
        } else if (line.starts_with("reply ")) {
            answers_[key].push_back(from_hex(line.substr(6)));
        } else if (line.starts_with("error ")) {
            errors_.insert_or_assign(key, error_of(line));
        }
    }
}

Result<std::vector<Bytes>> RecordedNetlink::ask(int protocol, ByteView request) {
    const std::string key = netlink_key(protocol, request);
    if (const auto error = errors_.find(key); error != errors_.end()) {
        return error->second;
    }
    if (const auto answer = answers_.find(key); answer != answers_.end()) {
        return answer->second;
    }
    return Error{ErrorKind::not_found, "not recorded"};
}

RecordedEthtool::RecordedEthtool(const std::string& directory) {
    const std::string content = content_of(directory + "/ethtool");
    std::string key;
    for (const std::string_view line : util::lines(content)) {
        if (line.starts_with("call ")) {
            key = line.substr(5);
        } else if (line.starts_with("answer ")) {
            answers_[key] = from_hex(line.substr(7));
        } else if (line.starts_with("error ")) {
            errors_.insert_or_assign(key, error_of(line));
        }
    }
}

Status RecordedEthtool::call(const std::string& device, std::span<std::byte> command) {
    const std::string key = ethtool_key(device, command);
    if (const auto error = errors_.find(key); error != errors_.end()) {
        return error->second;
    }
    const auto answer = answers_.find(key);
    if (answer == answers_.end()) {
        return Error{ErrorKind::not_supported, "not recorded"};
    }
    const std::size_t size = std::min(command.size(), answer->second.size());
    std::copy_n(answer->second.begin(), size, command.begin());
    return util::Done{};
}

namespace {

std::string recording_directory(const std::string& name) {
    return std::string(IGBTUNE_TEST_DIRECTORY) + "/recorded/" + name;
}

}  // namespace

Recording::Recording(const std::string& name)
    : files(recording_directory(name)),
      netlink(recording_directory(name)),
      ethtool(recording_directory(name)),
      sources(files, netlink, ethtool) {}

Result<std::string> RecordingFiles::read(const std::string& path) const {
    auto content = Files::read(path);
    if (content) {
        fs::create_directories(fs::path(directory_ + path).parent_path());
        std::ofstream(directory_ + path) << *content;
    }
    return content;
}

Result<std::vector<std::string>> RecordingFiles::list(const std::string& path) const {
    auto names = Files::list(path);
    if (names) {
        for (const std::string& name : *names) {
            const std::string entry = std::string(path).append("/").append(name);
            if (fs::is_directory(entry)) {
                // Something in it, because a version control system keeps no empty directory.
                fs::create_directories(directory_ + entry);
                std::ofstream(directory_ + entry + "/.keep").flush();
            } else {
                fs::create_directories(directory_ + path);
                std::ofstream(directory_ + entry, std::ios::app).flush();
            }
        }
    }
    return names;
}

Result<std::string> RecordingFiles::link(const std::string& path) const {
    auto target = Files::link(path);
    if (target) {
        fs::create_directories(fs::path(directory_ + path).parent_path());
        std::error_code exists;
        fs::create_symlink(*target, directory_ + path, exists);
    }
    return target;
}

Result<std::vector<Bytes>> RecordingNetlink::ask(int protocol, ByteView request) {
    auto replies = netlink_.ask(protocol, request);
    const std::string path = directory_ + "/netlink";
    append_line(path, "ask " + netlink_key(protocol, request));
    if (!replies) {
        append_line(path, error_line(replies.error()));
        return replies;
    }
    for (const Bytes& reply : *replies) {
        append_line(path, "reply " + to_hex(reply));
    }
    append_line(path, "end");
    return replies;
}

Status RecordingEthtool::call(const std::string& device, std::span<std::byte> command) {
    const std::string key = ethtool_key(device, command);
    const Status status = ethtool_.call(device, command);
    const std::string path = directory_ + "/ethtool";
    append_line(path, "call " + key);
    // Behind the last byte that is not 0 there is only unused room.
    const auto last = std::find_if(command.rbegin(), command.rend(),
                                   [](std::byte value) { return value != std::byte{0}; });
    const auto used = static_cast<std::size_t>(command.rend() - last);
    append_line(path,
                status ? "answer " + to_hex(command.first(used)) : error_line(status.error()));
    return status;
}

}  // namespace igbtune::test
