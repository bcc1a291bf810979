// SPDX-License-Identifier: GPL-2.0-only
// igbtune_fuzz_machine [CORPUS...]: libFuzzer on a whole look at a device. The machine is a
// recorded one, and the input says what is wrong with each file, netlink message and ethtool answer
// of it.
#include <algorithm>
#include <cstdint>
#include <map>

#include "model/knobs.hpp"
#include "model/profile.hpp"
#include "model/snapshot.hpp"
#include "recorded_sources.hpp"

namespace igbtune::test {
namespace {

using util::Result;

// The input, used up from its beginning. An answer is damaged as the next bytes say; when they are
// used up, it is left as it is.
class Damage {
public:
    explicit Damage(std::span<const std::uint8_t> input) : input_(input) {}

    template <typename Container>
    void apply(Container& content, std::size_t first = 0) {
        using Value = typename Container::value_type;
        const unsigned kind = next() % 8;
        const std::size_t room = content.size() - std::min(content.size(), first);
        if (kind < 4 || room == 0) {
            return;
        }
        const std::size_t high = next();
        const std::size_t place = first + (high * 256 + next()) % room;
        if (kind == 4) {
            content.resize(place);
            content.shrink_to_fit();
            return;
        }
        for (unsigned left = next() % 16; left > 0; --left) {
            const auto value = static_cast<Value>(next());
            if (kind == 5) {
                content.insert(content.begin() + static_cast<std::ptrdiff_t>(place), value);
            } else if (place + left < content.size()) {
                content[place + left] = value;
            }
        }
    }

private:
    unsigned next() {
        if (input_.empty()) {
            return 0;
        }
        const unsigned value = input_.front();
        input_ = input_.subspan(1);
        return value;
    }

    std::span<const std::uint8_t> input_;
};

class DamagedFiles : public source::Files {
public:
    DamagedFiles(const source::Files& files, Damage& damage) : files_(&files), damage_(&damage) {}

    Result<std::string> read(const std::string& path) const override {
        // The disk is read once.
        static std::map<std::string, Result<std::string>> known;
        auto found = known.try_emplace(path, util::Error{}).first;
        if (!found->second && found->second.error().message.empty()) {
            found->second = files_->read(path);
        }
        auto content = found->second;
        if (content) {
            damage_->apply(*content);
        }
        return content;
    }

    Result<std::vector<std::string>> list(const std::string& path) const override {
        static std::map<std::string, Result<std::vector<std::string>>> known;
        auto found = known.try_emplace(path, util::Error{}).first;
        if (!found->second && found->second.error().message.empty()) {
            found->second = files_->list(path);
        }
        auto names = found->second;
        if (names && !names->empty()) {
            damage_->apply(names->back());
        }
        return names;
    }

    Result<std::string> link(const std::string& path) const override { return files_->link(path); }

private:
    const source::Files* files_;
    Damage* damage_;
};

class DamagedNetlink : public source::Netlink {
public:
    DamagedNetlink(source::Netlink& netlink, Damage& damage)
        : netlink_(&netlink), damage_(&damage) {}

    Result<std::vector<Bytes>> ask(int protocol, ByteView request) override {
        auto replies = netlink_->ask(protocol, request);
        if (replies) {
            for (Bytes& reply : *replies) {
                damage_->apply(reply,
                               sizeof(std::uint32_t) * 4);  // the transport's header is sound
            }
        }
        return replies;
    }

private:
    source::Netlink* netlink_;
    Damage* damage_;
};

class DamagedEthtool : public source::EthtoolIoctl {
public:
    DamagedEthtool(source::EthtoolIoctl& ethtool, Damage& damage)
        : ethtool_(&ethtool), damage_(&damage) {}

    util::Status call(const std::string& device, std::span<std::byte> command) override {
        util::Status status = ethtool_->call(device, command);
        if (status) {
            Bytes answer(command.begin(), command.end());
            damage_->apply(answer);
            std::copy_n(answer.begin(), std::min(answer.size(), command.size()), command.begin());
        }
        return status;
    }

private:
    source::EthtoolIoctl* ethtool_;
    Damage* damage_;
};

void look(std::span<const std::uint8_t> input) {
    static Recording igb("igb-7.2");
    static Recording virtio("virtio");
    if (input.empty()) {
        return;
    }
    const bool first = input.front() % 2 == 0;
    Recording& machine = first ? igb : virtio;
    Damage damage(input.subspan(1));
    DamagedFiles files(machine.files, damage);
    DamagedNetlink netlink(machine.netlink, damage);
    DamagedEthtool ethtool(machine.ethtool, damage);
    source::Sources sources(files, netlink, ethtool);
    const std::string name = first ? "eth0" : "net0";
    if (auto observer = model::Observer::of(sources, name)) {
        (void)observer->take(model::Extent::ledger).ok();
    }
    if (const auto knobs = model::Knobs::of(sources, name)) {
        (void)model::present_profile(*knobs).ok();
    }
}

}  // namespace
}  // namespace igbtune::test

// NOLINTNEXTLINE(readability-identifier-naming): the library's name for it
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    igbtune::test::look({data, size});
    return 0;
}
