// SPDX-License-Identifier: GPL-2.0-only
// What is installed is taken away again, and systemd understands its part.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <set>

#include "folder.hpp"
#include "util/text.hpp"

namespace igbtune::test {
namespace {

namespace fs = std::filesystem;

class Install : public InFolder {
protected:
    void SetUp() override {
        InFolder::SetUp();
        const std::string command = "DESTDIR=" + path("root") + " cmake --install " +
                                    IGBTUNE_BUILD_DIRECTORY + " --prefix /usr/local >" +
                                    path("said") + " 2>&1";
        if (std::system("command -v cmake >/dev/null") != 0) {  // NOLINT(concurrency-mt-unsafe)
            GTEST_SKIP() << "there is no cmake";
        }
        // NOLINTNEXTLINE(concurrency-mt-unsafe)
        ASSERT_EQ(std::system(command.c_str()), 0) << content(path("said"));
    }

    [[nodiscard]] std::set<std::string> installed() const {
        std::set<std::string> files;
        const fs::path prefix = path("root") + "/usr/local";
        for (const auto& entry : fs::recursive_directory_iterator(prefix)) {
            if (!entry.is_directory()) {
                files.insert(entry.path().lexically_relative(prefix).string());
            }
        }
        return files;
    }
};

TEST_F(Install, PutsNothingThatUninstallWouldLeave) {
    const std::string command =
        "make -s --no-print-directory -C " IGBTUNE_SOURCE_DIRECTORY
        "/../.. uninstall KDIR=/nonexistent RELEASE=none PREFIX=/usr/local DESTDIR=" +
        path("root") + " >" + path("said") + " 2>&1";
    EXPECT_TRUE(installed().contains("sbin/igbtune"));
    EXPECT_TRUE(installed().contains("share/man/man8/igbtune.8"));
    EXPECT_TRUE(installed().contains("share/igbtune/profiles/latency.toml"));
    if (std::system("command -v make >/dev/null") != 0) {  // NOLINT(concurrency-mt-unsafe)
        GTEST_SKIP() << "there is no make";
    }
    // NOLINTNEXTLINE(concurrency-mt-unsafe)
    ASSERT_EQ(std::system(command.c_str()), 0) << content(path("said"));
    EXPECT_EQ(installed(), std::set<std::string>{});
}

TEST_F(Install, SystemdUnderstandsTheUnits) {
    // NOLINTNEXTLINE(concurrency-mt-unsafe)
    if (std::system("command -v systemd-analyze >/dev/null") != 0) {
        GTEST_SKIP() << "there is no systemd-analyze";
    }
    const std::string units = path("root") + "/usr/local/lib/systemd/system/";
    for (const char* const unit :
         {"igbtune-metrics.service", "igbtune-metrics.timer", "igbtune@.service"}) {
        const std::string text = content(units + unit);
        EXPECT_EQ(text.find('@' + std::string("CMAKE")), std::string::npos) << "not configured";
        EXPECT_TRUE(text.starts_with("# SPDX-License-Identifier: GPL-2.0-only\n")) << unit;
    }
    // The program that they name is where the build would install it, not there yet.
    const std::string command = "systemd-analyze verify --man=no --recursive-errors=no " + units +
                                "igbtune-metrics.timer " + units + "igbtune@eth0.service 2>" +
                                path("said");
    fs::copy_file(units + "igbtune@.service", units + "igbtune@eth0.service");
    (void)std::system(command.c_str());  // NOLINT(concurrency-mt-unsafe)
    for (const std::string& line : [&] {
             std::vector<std::string> found;
             const std::string text = content(path("said"));
             for (const std::string_view one : util::lines(text)) {
                 if (one.find("igbtune") != std::string_view::npos) {
                     found.emplace_back(one);
                 }
             }
             return found;
         }()) {
        const bool only_missing = line.find("is not executable") != std::string::npos ||
                                  line.find("Failed to create") != std::string::npos;
        EXPECT_TRUE(only_missing) << line;
    }
}

}  // namespace
}  // namespace igbtune::test
