// SPDX-License-Identifier: GPL-2.0-only
// The binary itself on this kernel: on lo, and on veth pairs in a network namespace of the test's
// own.
#include <arpa/inet.h>
#include <fcntl.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <nlohmann/json.hpp>

#include "namespace.hpp"
#include "process.hpp"
#include "util/unique_fd.hpp"

namespace igbtune::test {
namespace {

using Json = nlohmann::json;
using util::Status;
using util::UniqueFd;

TEST(Binary, ShowsLoopback) {
    const Outcome outcome = run_igbtune({"show", "lo"});
    EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
    EXPECT_TRUE(outcome.out.starts_with("lo: the loopback device\n")) << outcome.out;
    EXPECT_NE(outcome.out.find("\nnot available:\n"), std::string::npos);
    EXPECT_EQ(outcome.err, "");
}

TEST(Binary, PrintsJsonThatParses) {
    for (const char* const verb : {"show", "stats"}) {
        const Outcome outcome = run_igbtune({verb, "lo", "--json"});
        EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
        const Json json = Json::parse(outcome.out, nullptr, false);
        ASSERT_FALSE(json.is_discarded()) << outcome.out;
        EXPECT_EQ(json["kind"], verb);
        EXPECT_EQ(json["device"]["name"], "lo");
        EXPECT_EQ(json["device"]["ifindex"], 1);
    }
}

TEST(Binary, HasTheDocumentedExitCodes) {
    EXPECT_EQ(run_igbtune({"--version"}).exit_code, 0);
    EXPECT_EQ(run_igbtune({}).exit_code, 2);
    EXPECT_EQ(run_igbtune({"show"}).exit_code, 2);
    const Outcome missing = run_igbtune({"show", "l0"});
    EXPECT_EQ(missing.exit_code, 1);
    EXPECT_EQ(missing.err, "igbtune: no such device l0; did you mean lo?\n");
    EXPECT_EQ(missing.out, "");
}

TEST(Binary, OutputThatIsLostIsAFailure) {
    const auto to_full_device = [] {
        // NOLINTNEXTLINE(cppcoreguidelines-pro-type-vararg): there is no other form
        const UniqueFd full(::open("/dev/full", O_WRONLY | O_CLOEXEC));
        return full.valid() && ::dup2(full.get(), STDOUT_FILENO) >= 0;
    };
    for (const std::vector<std::string>& arguments :
         {std::vector<std::string>{"show", "lo"}, {"stats", "lo", "--watch", "0.01"}}) {
        const Outcome outcome = run_igbtune(arguments, to_full_device);
        EXPECT_EQ(outcome.exit_code, 1);
        EXPECT_EQ(outcome.err, "igbtune: the output could not be written\n");
    }
}

TEST(Binary, NeedsNoPrivileges) {
    if (::geteuid() != 0) {
        GTEST_SKIP() << "already without privileges";
    }
    constexpr uid_t nobody = 65534;
    const auto drop = [] { return ::setgid(nobody) == 0 && ::setuid(nobody) == 0; };
    // The build directory need not be open to everyone: then it cannot even be started.
    const Outcome version = run_igbtune({"--version"}, drop);
    if (version.exit_code != 0) {
        GTEST_SKIP() << "the binary lies where user " << nobody << " may not run it";
    }
    EXPECT_EQ(run_igbtune({"show", "lo"}, drop).exit_code, 0);
    EXPECT_EQ(run_igbtune({"stats", "lo"}, drop).exit_code, 0);
}

class InNamespace : public testing::Test {
protected:
    void SetUp() override {
        auto made = NetworkNamespace::make();
        if (!made) {
            GTEST_SKIP() << "no network namespace (needs root): " << made.error().message;
        }
        namespace_.emplace(std::move(*made));
        const Status veth = namespace_->add_veth_pair("veth-left", "veth-right");
        if (!veth) {
            GTEST_SKIP() << "no veth pair in a network namespace: " << veth.error().message;
        }
    }

    [[nodiscard]] const NetworkNamespace& own() const { return *namespace_; }

    [[nodiscard]] Outcome run(const std::vector<std::string>& arguments,
                              NetworkNamespace::Sysfs sysfs) const {
        return run_igbtune(arguments, [&] { return own().enter(sysfs); });
    }

private:
    std::optional<NetworkNamespace> namespace_;
};

TEST_F(InNamespace, VethIsShownWithItsQueues) {
    const Outcome outcome =
        run({"show", "veth-left", "--json"}, NetworkNamespace::Sysfs::of_namespace);
    ASSERT_EQ(outcome.exit_code, 0) << outcome.err;
    const Json json = Json::parse(outcome.out);
    EXPECT_EQ(json["device"]["driver"], "veth");
    EXPECT_TRUE(json["device"]["admin_up"]);
    EXPECT_TRUE(json["device"]["carrier"]);
    EXPECT_TRUE(json["device"]["bus"].is_null());
    ASSERT_GE(json["queues"].size(), 1U);
    EXPECT_EQ(json["queues"][0]["rx"]["rps_cpus"], "");
}

TEST_F(InNamespace, TheDeviceIsLookedForInTheNamespaceOnly) {
    const Outcome outcome = run({"show", "veth-lfet"}, NetworkNamespace::Sysfs::of_host);
    EXPECT_EQ(outcome.exit_code, 1);
    EXPECT_EQ(outcome.err, "igbtune: no such device veth-lfet; did you mean veth-left?\n");
    EXPECT_EQ(run_igbtune({"show", "veth-left"}).exit_code, 1) << "it is not in the host's";
}

TEST_F(InNamespace, SysfsOfTheHostIsNotMistakenForTheNamespaces) {
    const Outcome outcome = run({"show", "veth-left", "--json"}, NetworkNamespace::Sysfs::of_host);
    ASSERT_EQ(outcome.exit_code, 0) << outcome.err;
    const Json json = Json::parse(outcome.out);
    const bool told = std::ranges::any_of(json["not_available"],
                                          [](const Json& gap) { return gap["what"] == "sysfs"; });
    EXPECT_TRUE(told) << outcome.out;
}

UniqueFd udp_socket() {
    return UniqueFd(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
}

sockaddr_in loopback(std::uint16_t port) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return address;
}

Status send_to(std::uint16_t port, int count) {
    const UniqueFd sender = udp_socket();
    const sockaddr_in address = loopback(port);
    const std::array<char, 1000> payload{};
    for (int sent = 0; sent < count; ++sent) {
        if (::sendto(sender.get(), payload.data(), payload.size(), 0,
                     reinterpret_cast<const sockaddr*>(&address), sizeof(address)) < 0) {
            return util::error_from_errno(errno, "sendto");
        }
    }
    return util::Done{};
}

TEST_F(InNamespace, ASocketThatOverflowsIsFoundWithItsDrops) {
    constexpr std::uint16_t port = 4711;
    constexpr int sent = 200;
    UniqueFd receiver;
    const Status flooded = own().run([&]() -> Status {
        receiver = udp_socket();
        const int size = 4096;
        const sockaddr_in address = loopback(port);
        if (::setsockopt(receiver.get(), SOL_SOCKET, SO_RCVBUF, &size, sizeof(size)) != 0 ||
            ::bind(receiver.get(), reinterpret_cast<const sockaddr*>(&address), sizeof(address)) !=
                0) {
            return util::error_from_errno(errno, "a small socket");
        }
        return send_to(port, sent);
    });
    ASSERT_TRUE(flooded.ok()) << flooded.error().message;

    const Outcome outcome = run({"stats", "lo", "--json"}, NetworkNamespace::Sysfs::of_namespace);
    ASSERT_EQ(outcome.exit_code, 0) << outcome.err;
    const Json json = Json::parse(outcome.out);
    ASSERT_EQ(json["sockets"].size(), 1U);
    const Json& socket = json["sockets"][0];
    EXPECT_EQ(socket["protocol"], "udp");
    EXPECT_EQ(socket["local"], "127.0.0.1:4711");
    EXPECT_GT(socket["rx_queue_bytes"], 0);
    const int drops = socket["drops"];
    EXPECT_GT(drops, 0);
    EXPECT_LT(drops, sent);
    for (const Json& group : json["groups"]) {
        if (group["id"] == "udp") {
            EXPECT_EQ(group["counters"]["RcvbufErrors"], drops);
            EXPECT_EQ(group["counters"]["InErrors"], drops);
            EXPECT_EQ(group["counters"]["OutDatagrams"], sent);
        }
        if (group["id"] == "stats64") {
            EXPECT_EQ(group["counters"]["rx_packets"], sent);
        }
    }
}

TEST_F(InNamespace, AListenerThatDoesNotAcceptIsFoundWithItsDrops) {
    constexpr std::uint16_t port = 4712;
    std::vector<UniqueFd> sockets;
    const Status refused = own().run([&]() -> Status {
        const sockaddr_in address = loopback(port);
        sockets.emplace_back(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
        if (::bind(sockets[0].get(), reinterpret_cast<const sockaddr*>(&address),
                   sizeof(address)) != 0 ||
            ::listen(sockets[0].get(), 0) != 0) {
            return util::error_from_errno(errno, "a listener");
        }
        for (int client = 0; client < 6; ++client) {
            sockets.emplace_back(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
            (void)::connect(sockets.back().get(), reinterpret_cast<const sockaddr*>(&address),
                            sizeof(address));
        }
        return util::Done{};
    });
    ASSERT_TRUE(refused.ok()) << refused.error().message;

    const Outcome outcome = run({"stats", "lo", "--json"}, NetworkNamespace::Sysfs::of_namespace);
    ASSERT_EQ(outcome.exit_code, 0) << outcome.err;
    const Json json = Json::parse(outcome.out);
    for (const Json& gap : json["not_available"]) {
        if (gap["what"] == "listening TCP sockets") {
            GTEST_SKIP() << "no socket diagnosis in this kernel: " << gap["reason"];
        }
    }
    ASSERT_EQ(json["sockets"].size(), 1U) << outcome.out;
    EXPECT_EQ(json["sockets"][0]["protocol"], "tcp");
    EXPECT_EQ(json["sockets"][0]["local"], "127.0.0.1:4712");
    EXPECT_EQ(json["sockets"][0]["rx_queue_bytes"], 0);
    const int drops = json["sockets"][0]["drops"];
    EXPECT_GT(drops, 0);
    for (const Json& group : json["groups"]) {
        if (group["id"] == "tcp-ext") {
            // Clients try again: read a moment before, it may be less.
            EXPECT_LE(group["counters"]["ListenOverflows"], drops);
            EXPECT_GT(group["counters"]["ListenOverflows"], 0);
        }
    }
}

TEST_F(InNamespace, AWatchTellsWhatMovedInItsInterval) {
    // Sent before the watch, so counted in the totals and in no change.
    ASSERT_TRUE(own().run([] { return send_to(9, 5); }).ok());
    const Outcome outcome = run({"stats", "lo", "--watch", "0.05", "--count", "2", "--json"},
                                NetworkNamespace::Sysfs::of_namespace);
    ASSERT_EQ(outcome.exit_code, 0) << outcome.err;
    ASSERT_EQ(std::ranges::count(outcome.out, '\n'), 2);
    const Json json = Json::parse(outcome.out.substr(0, outcome.out.find('\n')));
    for (const Json& group : json["groups"]) {
        if (group["id"] == "udp") {
            EXPECT_EQ(group["counters"]["NoPorts"], 5);
            EXPECT_EQ(group["change"]["NoPorts"], 0);
        }
    }
}

}  // namespace
}  // namespace igbtune::test
