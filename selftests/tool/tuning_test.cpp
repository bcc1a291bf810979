// SPDX-License-Identifier: GPL-2.0-only
// Settings are changed whole or not at all, and go back. The machine is a folder.
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <map>
#include <set>
#include <sstream>
#include <thread>

#include "fake_netlink.hpp"
#include "model/glossary.hpp"
#include "model/journal.hpp"
#include "model/knobs.hpp"
#include "model/plan.hpp"
#include "model/profile.hpp"
#include "model/transaction.hpp"
#include "namespace.hpp"
#include "recorded_sources.hpp"
#include "source/ethtool_settings.hpp"
#include "source/rtnetlink.hpp"
#include "util/cpu_set.hpp"

namespace igbtune::model {
namespace {

namespace fs = std::filesystem;
using util::ErrorKind;
using util::Status;

constexpr const char* backlog = "sysctl.net.core.netdev_max_backlog";
constexpr const char* budget = "sysctl.net.core.netdev_budget";
constexpr const char* rmem = "sysctl.net.ipv4.tcp_rmem";

// The folder's files, with writes that can be made to fail.
class Folder : public source::Files {
public:
    explicit Folder(const std::string& root) : source::Files(root), root_(root) {}

    [[nodiscard]] Status write(const std::string& path, const std::string& content) const override {
        ++writes;
        if (path == refuses) {
            return util::error_from_errno(EINVAL, path);
        }
        if (path == ignores) {
            return util::Done{};
        }
        return source::Files::write(path, content);
    }

    void put(const std::string& path, const std::string& content) const {
        fs::create_directories(fs::path(root_ + path).parent_path());
        std::ofstream(root_ + path) << content;
    }

    [[nodiscard]] std::string get(const std::string& path) const {
        std::ostringstream text;
        text << std::ifstream(root_ + path).rdbuf();
        return text.str();
    }

    std::string refuses;
    std::string ignores;
    mutable int writes{};

private:
    std::string root_;
};

class Tuning : public testing::Test {
protected:
    Tuning()
        : root_(fs::temp_directory_path() / ("igbtune-test-" + std::to_string(::getpid()))),
          folder((root_ / "machine").string()),
          sources(folder, recording_.netlink, recording_.ethtool) {
        fs::create_directories(root_);
        folder.put("/proc/sys/net/core/netdev_max_backlog", "1000\n");
        folder.put("/proc/sys/net/core/netdev_budget", "300\n");
        folder.put("/proc/sys/net/ipv4/tcp_rmem", "4096\t131072\t6291456\n");
    }

    ~Tuning() override { fs::remove_all(root_); }

    Tuning(const Tuning&) = delete;
    Tuning& operator=(const Tuning&) = delete;
    Tuning(Tuning&&) = delete;
    Tuning& operator=(Tuning&&) = delete;

    [[nodiscard]] Knobs knobs() {
        auto found = Knobs::of(sources, "eth0");
        EXPECT_TRUE(found) << (found ? "" : found.error().message);
        return *found;
    }

    [[nodiscard]] Transactions transactions() {
        return {sources, source::StateDirectory((root_ / "state").string())};
    }

    [[nodiscard]] source::StateDirectory directory() const {
        return source::StateDirectory((root_ / "state").string());
    }

    // What a dead igbtune left.
    void leave(const Plan& plan) const {
        ASSERT_TRUE(directory().lock());
        ASSERT_TRUE(directory().replace(
            "journal-" + *source::network_namespace_number(),
            journal_text({.id = "1", .stage = Stage::applying, .deadline = 0, .plan = plan})));
    }

    [[nodiscard]] Plan plan(const Settings& wanted) {
        auto made = make_plan(knobs(), wanted);
        EXPECT_TRUE(made) << (made ? "" : made.error().message);
        return *made;
    }

    [[nodiscard]] std::string state() const {
        return folder.get("/proc/sys/net/core/netdev_max_backlog") + "|" +
               folder.get("/proc/sys/net/core/netdev_budget") + "|" +
               folder.get("/proc/sys/net/ipv4/tcp_rmem");
    }

private:
    test::Recording recording_{"igb"};
    fs::path root_;

protected:
    Folder folder;
    source::Sources sources;
};

TEST_F(Tuning, AValueHasOneForm) {
    const Knobs all = knobs();
    const Knob* const three = *all.find(rmem);
    EXPECT_EQ(*all.read(*three), "4096 131072 6291456");
    EXPECT_EQ(*all.canonical(*three, "1  2\t3"), "1 2 3");
    const Knob* const number = *all.find(backlog);
    EXPECT_EQ(*all.canonical(*number, "007"), "7");
    Knob mask = *number;
    mask.form = Form::cpu_mask;
    EXPECT_EQ(*all.canonical(mask, "3,0-1"), "0-1,3");
    EXPECT_EQ(*all.canonical(mask, ""), "");
    Knob flag = *number;
    flag.form = Form::flag;
    EXPECT_EQ(*all.canonical(flag, "true"), "on");
    Knob cpus = *number;
    cpus.form = Form::cpus;
    EXPECT_FALSE(all.canonical(cpus, "").ok()) << "an interrupt needs a CPU";
}

TEST_F(Tuning, WhatIsWrongIsToldBeforeAnythingIsWritten) {
    const std::vector<std::pair<Settings, std::string>> cases{
        {{{backlog, "2000"}, {"sysctl.net.core.netdev_budgte", "1"}},
         "eth0 has no knob sysctl.net.core.netdev_budgte; did you mean "
         "sysctl.net.core.netdev_budget?"},
        {{{backlog, "0"}},
         "sysctl.net.core.netdev_max_backlog=0: a number from 1 to 2147483647 would be right"},
        {{{backlog, "-1"}}, "sysctl.net.core.netdev_max_backlog=-1: a number"},
        {{{backlog, "99999999999999999999"}}, "sysctl.net.core.netdev_max_backlog=9999"},
        {{{rmem, "1 2"}}, "sysctl.net.ipv4.tcp_rmem=1 2: three numbers"},
        {{{rmem, "1 2 3 4"}}, "sysctl.net.ipv4.tcp_rmem=1 2 3 4: three numbers"},
        {{{backlog, "2000"}, {backlog, "3000"}}, std::string(backlog) + " is named twice"},
    };
    for (const auto& [wanted, message] : cases) {
        const auto made = make_plan(knobs(), wanted);
        ASSERT_FALSE(made.ok()) << message;
        EXPECT_TRUE(made.error().message.starts_with(message)) << made.error().message;
    }
    EXPECT_EQ(folder.writes, 0);
}

TEST_F(Tuning, AChangeIsWrittenAndGoesBack) {
    const Plan both = plan({{backlog, "2000"}, {rmem, "4096 1 2"}, {budget, "300"}});
    EXPECT_EQ(both.size(), 2U) << "one has its value already";
    ASSERT_TRUE(transactions().make(both, Transactions::ticket(0)));
    EXPECT_EQ(state(), "2000|300\n|4096 1 2");
    ASSERT_TRUE(transactions().recover());
    EXPECT_EQ(state(), "2000|300\n|4096 1 2") << "what is done stays";
    const auto back = transactions().roll_back();
    ASSERT_TRUE(back) << back.error().message;
    EXPECT_EQ(*knobs().read(**knobs().find(backlog)), "1000");
    EXPECT_EQ(*knobs().read(**knobs().find(rmem)), "4096 131072 6291456");
    EXPECT_FALSE(transactions().roll_back().ok()) << "there is no other";
}

TEST_F(Tuning, AFailureInTheMiddleRestoresWhatWas) {
    folder.refuses = "/proc/sys/net/ipv4/tcp_rmem";
    const Status done =
        transactions().make(plan({{backlog, "2000"}, {rmem, "1 2 3"}}), Transactions::ticket(0));
    ASSERT_FALSE(done.ok());
    EXPECT_TRUE(done.error().message.ends_with("everything is as it was")) << done.error().message;
    EXPECT_EQ(folder.get("/proc/sys/net/core/netdev_max_backlog"), "1000");
    EXPECT_FALSE(transactions().roll_back().ok()) << "nothing is left of it";
}

TEST_F(Tuning, AValueThatTheKernelDoesNotKeepIsAFailure) {
    folder.ignores = "/proc/sys/net/core/netdev_budget";
    const Status done =
        transactions().make(plan({{backlog, "2000"}, {budget, "600"}}), Transactions::ticket(0));
    ASSERT_FALSE(done.ok());
    EXPECT_NE(done.error().message.find("the kernel took it and has 300"), std::string::npos)
        << done.error().message;
    EXPECT_EQ(folder.get("/proc/sys/net/core/netdev_max_backlog"), "1000");
}

TEST_F(Tuning, WhatMustBeConfirmedGoesBackOrStays) {
    ASSERT_TRUE(transactions().make(plan({{backlog, "2000"}}), Transactions::ticket(1000)));
    EXPECT_EQ(*transactions().recover(), Found::waits);
    EXPECT_FALSE(transactions().make(plan({{budget, "600"}}), Transactions::ticket(0)).ok())
        << "one at a time";
    ASSERT_TRUE(transactions().confirm());
    EXPECT_EQ(*transactions().recover(), Found::done);
    EXPECT_FALSE(transactions().confirm().ok());

    ASSERT_TRUE(transactions().make(plan({{budget, "600"}}), Transactions::ticket(1)));
    std::this_thread::sleep_for(std::chrono::milliseconds(1100));
    const Status confirmed = transactions().confirm();
    ASSERT_FALSE(confirmed.ok());
    EXPECT_EQ(confirmed.error().message, "too late: the change was taken back");
    EXPECT_EQ(folder.get("/proc/sys/net/core/netdev_budget"), "300");
    EXPECT_EQ(folder.get("/proc/sys/net/core/netdev_max_backlog"), "2000") << "the other stays";
}

TEST_F(Tuning, TheWatchdogOnlyTakesBackItsOwnChange) {
    const auto ticket = Transactions::ticket(1);
    ASSERT_TRUE(transactions().make(plan({{backlog, "2000"}}), ticket));
    std::this_thread::sleep_for(std::chrono::milliseconds(1100));
    EXPECT_EQ(*transactions().expire("another"), 0);
    EXPECT_EQ(folder.get("/proc/sys/net/core/netdev_max_backlog"), "2000");
    EXPECT_EQ(*transactions().expire(ticket.id), 0);
    EXPECT_EQ(folder.get("/proc/sys/net/core/netdev_max_backlog"), "1000");
    EXPECT_EQ(*transactions().expire(ticket.id), 0) << "nothing left to do";

    const auto kept = Transactions::ticket(1000);
    ASSERT_TRUE(transactions().make(plan({{backlog, "2000"}}), kept));
    ASSERT_TRUE(transactions().confirm());
    EXPECT_EQ(*transactions().expire(kept.id), 0);
    EXPECT_EQ(folder.get("/proc/sys/net/core/netdev_max_backlog"), "2000");
}

TEST_F(Tuning, TheTimeToConfirmBeginsWhenAllIsWritten) {
    const auto ticket = Transactions::ticket(1000);
    std::this_thread::sleep_for(std::chrono::milliseconds(1100));  // the change takes its time
    const std::int64_t before = boot_seconds();
    ASSERT_TRUE(transactions().make(plan({{backlog, "2000"}}), ticket));
    const auto deadline = transactions().expire(ticket.id);
    ASSERT_TRUE(deadline) << deadline.error().message;
    EXPECT_GE(*deadline, before + 1000);
    EXPECT_LE(*deadline, boot_seconds() + 1000);
    EXPECT_EQ(folder.get("/proc/sys/net/core/netdev_max_backlog"), "2000") << "it still waits";
}

TEST_F(Tuning, TheLastChangeIsTheOneThatStays) {
    ASSERT_TRUE(transactions().make(plan({{backlog, "2000"}}), Transactions::ticket(0)));
    folder.refuses = "/proc/sys/net/core/netdev_budget";
    ASSERT_FALSE(transactions().make(plan({{budget, "600"}}), Transactions::ticket(0)));
    folder.refuses.clear();
    const auto late = Transactions::ticket(1);
    ASSERT_TRUE(transactions().make(plan({{budget, "600"}}), late));
    std::this_thread::sleep_for(std::chrono::milliseconds(1100));
    EXPECT_EQ(*transactions().expire(late.id), 0);
    ASSERT_TRUE(transactions().roll_back()) << "neither of those took the record away";
    EXPECT_EQ(folder.get("/proc/sys/net/core/netdev_max_backlog"), "1000");
    EXPECT_FALSE(transactions().roll_back().ok());

    ASSERT_TRUE(transactions().make(plan({{backlog, "2000"}}), Transactions::ticket(0)));
    ASSERT_TRUE(transactions().make(plan({{budget, "600"}}), Transactions::ticket(1000)));
    ASSERT_TRUE(transactions().confirm());
    ASSERT_TRUE(transactions().roll_back());
    EXPECT_FALSE(transactions().roll_back().ok()) << "one change can be taken back, not two";
    EXPECT_EQ(folder.get("/proc/sys/net/core/netdev_max_backlog"), "2000");
}

TEST_F(Tuning, ADeviceThatIsGoneTookItsSettingsAlong) {
    folder.put("/proc/sys/net/core/netdev_max_backlog", "2000\n");
    leave({.device = "gone0",
           .changes = {
               {.knob = "tx_queue_len", .before = "1000", .after = "77", .order = Order::device},
               {.knob = backlog, .before = "1000", .after = "2000", .order = Order::system}}});
    const auto found = transactions().recover();
    ASSERT_TRUE(found) << found.error().message;
    EXPECT_EQ(*found, Found::taken_back);
    EXPECT_EQ(folder.get("/proc/sys/net/core/netdev_max_backlog"), "1000");
    EXPECT_EQ(*transactions().recover(), Found::nothing) << "nothing stands in the way of others";
}

TEST_F(Tuning, ADeviceThatWasRenamedIsFound) {
    const auto link = source::link_by_name(sources.netlink(), "eth0");
    ASSERT_TRUE(link);
    EXPECT_EQ(plan({{backlog, "2000"}}).index, link->index);
    folder.put("/sys/class/net/eth0/ifindex", std::to_string(link->index) + "\n");
    folder.put("/sys/class/net/eth0/tx_queue_len", "77\n");
    leave({.device = "before0",
           .index = link->index,
           .changes = {
               {.knob = "tx_queue_len", .before = "1000", .after = "77", .order = Order::device}}});
    const auto found = transactions().recover();
    ASSERT_TRUE(found) << found.error().message;
    EXPECT_EQ(folder.get("/sys/class/net/eth0/tx_queue_len"), "1000");
}

TEST_F(Tuning, WhatCannotGoBackSaysHowToGiveUp) {
    folder.put("/proc/sys/net/core/netdev_max_backlog", "2000\n");
    folder.refuses = "/proc/sys/net/core/netdev_max_backlog";
    leave({.device = "eth0",
           .changes = {
               {.knob = backlog, .before = "1000", .after = "2000", .order = Order::system}}});
    const auto found = transactions().recover();
    ASSERT_FALSE(found);
    EXPECT_NE(found.error().message.find("removing " + directory().path() + "/journal-"),
              std::string::npos)
        << found.error().message;
}

TEST_F(Tuning, APlanThatIsNoLongerTrueIsRefused) {
    const Plan both = plan({{backlog, "2000"}, {budget, "600"}});
    folder.put("/proc/sys/net/core/netdev_budget", "500\n");
    const Status done = transactions().make(both, Transactions::ticket(0));
    ASSERT_FALSE(done.ok()) << "its way back would not lead to what was";
    EXPECT_NE(done.error().message.find("somebody changed it"), std::string::npos)
        << done.error().message;
    EXPECT_EQ(folder.writes, 0);
    EXPECT_EQ(*transactions().recover(), Found::nothing);
}

TEST_F(Tuning, ReceiveQueuesAreNoCpus) {
    folder.put("/sys/devices/system/cpu/possible", "0-1\n");
    const Knobs all = knobs();
    Knob knob = **all.find(backlog);
    knob.form = Form::cpu_mask;
    EXPECT_FALSE(all.canonical(knob, "0,5").ok());
    knob.form = Form::queue_mask;
    const auto queues = all.canonical(knob, "0,5");
    ASSERT_TRUE(queues) << queues.error().message;
    EXPECT_EQ(*queues, "0,5");
    ASSERT_TRUE(all.write(knob, "0,5"));
    EXPECT_EQ(folder.get("/proc/sys/net/core/netdev_max_backlog").substr(0, 2), "21");
}

// A process that dies at each of the writes leaves a journal by which all goes back.
TEST_F(Tuning, DeathAtAnyWriteLeavesOldOrNew) {
    const Settings wanted{{backlog, "2000"}, {budget, "600"}, {rmem, "1 2 3"}};
    const Plan three = plan(wanted);
    for (int allowed = 0; allowed <= 3; ++allowed) {
        const pid_t child = ::fork();
        if (child == 0) {
            class Dying : public Folder {
            public:
                using Folder::Folder;
                [[nodiscard]] Status write(const std::string& path,
                                           const std::string& content) const override {
                    if (writes == left) {
                        ::_exit(9);
                    }
                    return Folder::write(path, content);
                }
                int left{};
            };
            test::Recording recording("igb");
            Dying dying((fs::temp_directory_path() /
                         ("igbtune-test-" + std::to_string(::getppid())) / "machine")
                            .string());
            dying.left = allowed;
            source::Sources own(dying, recording.netlink, recording.ethtool);
            Transactions change(own, source::StateDirectory(
                                         (fs::temp_directory_path() /
                                          ("igbtune-test-" + std::to_string(::getppid())) / "state")
                                             .string()));
            ::_exit(change.make(three, Transactions::ticket(0)) ? 0 : 1);
        }
        int status = 0;
        ASSERT_EQ(::waitpid(child, &status, 0), child);
        ASSERT_TRUE(WIFEXITED(status));
        ASSERT_EQ(WEXITSTATUS(status), allowed < 3 ? 9 : 0);
        const auto found = transactions().recover();
        ASSERT_TRUE(found) << found.error().message;
        EXPECT_EQ(*found, allowed < 3 ? Found::taken_back : Found::done);
        const auto left = differences(knobs(), wanted);
        ASSERT_TRUE(left);
        EXPECT_EQ(left->size(), allowed < 3 ? 3U : 0U) << allowed;
    }
}

TEST_F(Tuning, APresentStateIsAProfileThatFits) {
    const auto present = present_profile(knobs());
    ASSERT_TRUE(present) << present.error().message;
    const auto again = parse_profile(profile_text(*present));
    ASSERT_TRUE(again) << again.error().message;
    EXPECT_EQ(again->device, "eth0");
    EXPECT_EQ(again->settings, present->settings);
    const auto drift = differences(knobs(), again->settings);
    ASSERT_TRUE(drift) << drift.error().message;
    EXPECT_TRUE(drift->empty());
}

TEST_F(Tuning, EveryKnobIsExplained) {
    std::size_t count = 0;
    const Knobs all = knobs();
    for (const Knob& knob : all.all()) {
        ++count;
        const auto terms = explain(knob.name);
        ASSERT_EQ(terms.size(), 1U) << knob.name;
        EXPECT_EQ(terms[0]->name, knob.term);
        EXPECT_EQ(terms[0]->verdict, Verdict::knob) << knob.name;
    }
    EXPECT_GE(count, 3U);
    EXPECT_EQ(explain("rx-3.rps_cpus").at(0)->name, "rx.rps_cpus");
    EXPECT_EQ(explain("feature.rx-gro").at(0)->name, "feature");
}

// The record of one that is gone is not the record of the next, whose file has the same number.
TEST(NetworkNamespace, HasANameThatNoLaterOneGets) {
    std::map<ino_t, std::set<std::string>> names;
    for (int round = 0; round < 200; ++round) {
        const auto space = test::NetworkNamespace::make();
        if (!space) {
            GTEST_SKIP() << space.error().message;
        }
        ino_t number = 0;
        std::string name;
        ASSERT_TRUE(space->run([&]() -> Status {
            struct stat status{};
            EXPECT_EQ(::stat("/proc/self/ns/net", &status), 0);
            number = status.st_ino;
            name = *source::network_namespace_number();
            return util::Done{};
        }));
        EXPECT_TRUE(names[number].insert(name).second) << name << " again";
        if (names[number].size() > 1) {
            return;
        }
        std::this_thread::sleep_for(std::chrono::milliseconds(20));
    }
    GTEST_SKIP() << "no number came again";
}

TEST(Profile, IsReadWithCommentsAndAllKindsOfValues) {
    const auto profile = parse_profile(
        "# for latency\n"
        "device = \"eth0\" # the first\n"
        "[knobs]\n"
        "rings.rx = 1_024\n"
        "\"feature.rx-gro\" = false\n"
        "  rx-0.rps_cpus = \"0-3,8\"  # not # more\n"
        "\n");
    ASSERT_TRUE(profile) << profile.error().message;
    EXPECT_EQ(profile->device, "eth0");
    EXPECT_EQ(
        profile->settings,
        (Settings{{"rings.rx", "1024"}, {"feature.rx-gro", "off"}, {"rx-0.rps_cpus", "0-3,8"}}));
}

TEST(Profile, ADamagedOneIsRefusedWithItsLine) {
    const std::vector<std::pair<std::string, std::string>> cases{
        {"", "there is no setting in it"},
        {"[knobs]\n", "there is no setting in it"},
        {"[knobs]\nrings.rx\n", "line 2: KNOB = VALUE would be right"},
        {"[knobs]\nrings.rx = \n", "line 2: a number"},
        {"[knobs]\nrings.rx = many\n", "line 2: a number"},
        {"[knobs]\nrings.rx = \"1\n", "line 2: a number"},
        {"[knobs]\nrings rx = 1\n", "line 2: a knob's name"},
        {"[knobs]\n= 1\n", "line 2: a knob's name"},
        {"[other]\n", "line 1: the only tables are [knobs] and [optional]"},
        {"rings.rx = 1\n", "line 1: before [knobs] there is only device"},
        {std::string("[knobs]\na = \"\0\"\n", 16), "line 2: a number"},
    };
    for (const auto& [text, message] : cases) {
        const auto profile = parse_profile(text);
        ASSERT_FALSE(profile.ok()) << text;
        EXPECT_TRUE(profile.error().message.starts_with(message)) << profile.error().message;
        EXPECT_EQ(profile.error().kind, ErrorKind::invalid);
    }
}

TEST(Journal, ComesBackAsItWas) {
    Journal journal;
    journal.id = "1-2";
    journal.stage = Stage::armed;
    journal.deadline = 77;
    journal.plan.device = "eth0";
    journal.plan.changes = {
        {.knob = "rings.rx", .before = "256", .after = "512", .order = Order::rings},
        {.knob = "rx-0.rps_cpus", .before = "", .after = "0-1", .order = Order::queues}};
    const std::string text = journal_text(journal);
    const auto again = parse_journal(text);
    ASSERT_TRUE(again) << again.error().message;
    EXPECT_EQ(again->id, journal.id);
    EXPECT_EQ(again->stage, journal.stage);
    EXPECT_EQ(again->deadline, journal.deadline);
    EXPECT_EQ(again->plan.device, "eth0");
    EXPECT_EQ(again->plan.changes, journal.plan.changes);
    for (std::size_t size = 0; size + 1 < text.size(); ++size) {
        EXPECT_FALSE(parse_journal(text.substr(0, size)).ok()) << "cut at " << size;
    }
    for (const char* const bad : {"stage\tmaybe\n", "deadline\tsoon\n", "change\t9\ta\tb\tc\n",
                                  "change\t1\ta\tb\n", "what\tis it\n", "id\n"}) {
        std::string damaged = text;
        damaged.insert(damaged.find("end\n"), bad);
        EXPECT_FALSE(parse_journal(damaged).ok()) << bad;
    }
}

TEST(CpuMask, IsWhatTheKernelReads) {
    for (const auto& [cpus, mask] :
         {std::pair(util::CpuSet{}, "0"), std::pair(util::CpuSet{0}, "1"),
          std::pair(util::CpuSet{0, 5}, "21"), std::pair(util::CpuSet{31}, "80000000"),
          std::pair(util::CpuSet{32}, "1,00000000"),
          std::pair(util::CpuSet{0, 36, 64}, "1,00000010,00000001")}) {
        EXPECT_EQ(cpus.mask(), mask);
        EXPECT_EQ(*util::CpuSet::from_mask(cpus.mask()), cpus);
    }
}

}  // namespace
}  // namespace igbtune::model
