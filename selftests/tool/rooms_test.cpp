// SPDX-License-Identifier: GPL-2.0-only
// A room knows only the rooms below it, and a view never a reader: cli > view > model > source >
// util.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <map>
#include <set>
#include <string>

namespace igbtune {
namespace {

namespace fs = std::filesystem;
using Rooms = std::set<std::string>;

TEST(Rooms, OnlyKnowThoseBelowThem) {
    // What a view needs of a source are its plain types, which it gets with the model.
    const std::map<std::string, Rooms> allowed{
        {"util", {"util"}},
        {"source", {"source", "util"}},
        {"model", {"model", "source", "util"}},
        {"view", {"view", "model", "util"}},
        {"cli", {"cli", "view", "model", "source", "util"}},
    };
    int includes = 0;
    for (const auto& [room, known] : allowed) {
        for (const auto& entry :
             fs::directory_iterator(std::string(IGBTUNE_SOURCE_DIRECTORY) + "/" + room)) {
            std::ifstream file(entry.path());
            for (std::string line; std::getline(file, line);) {
                const std::string prefix = "#include \"";
                const std::size_t slash = line.find('/');
                if (!line.starts_with(prefix) || slash == std::string::npos) {
                    continue;
                }
                ++includes;
                const std::string other = line.substr(prefix.size(), slash - prefix.size());
                EXPECT_TRUE(known.contains(other)) << entry.path() << ": " << line;
            }
        }
    }
    EXPECT_GT(includes, 100) << "the sources were not found";
}

}  // namespace
}  // namespace igbtune
