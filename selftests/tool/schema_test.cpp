// SPDX-License-Identifier: GPL-2.0-only
// What --json prints is what Documentation/igbtune.schema.json says, by a validator that is not
// ours (package python3-jsonschema).
#include <gtest/gtest.h>

#include <cstdlib>
#include <nlohmann/json.hpp>

#include "command_line.hpp"
#include "folder.hpp"
#include "util/text.hpp"

namespace igbtune::cli {
namespace {

using test::run_recorded;
using test::Said;

class Schema : public test::InFolder {
protected:
    void SetUp() override {
        InFolder::SetUp();
        // NOLINTNEXTLINE(concurrency-mt-unsafe)
        if (std::system("python3 -c 'import jsonschema' 2>/dev/null") != 0) {
            GTEST_SKIP() << "there is no python3-jsonschema";
        }
    }

    [[nodiscard]] bool accepts(const std::string& documents) const {
        std::ofstream(path("documents")) << documents;
        std::ofstream(path("validate.py"))
            << "import json, jsonschema, sys\n"
               "validator = jsonschema.Draft202012Validator\n"
               "schema = json.load(open(sys.argv[1]))\n"
               "validator.check_schema(schema)\n"
               "for line in open(sys.argv[2]):\n"
               "    for error in validator(schema).iter_errors(json.loads(line)):\n"
               "        print(error.message[:300], [e.message[:300] for e in error.context])\n"
               "        sys.exit(1)\n";
        const std::string schema =
            std::string(IGBTUNE_SOURCE_DIRECTORY) + "/../../Documentation/igbtune.schema.json";
        const std::string command =
            "python3 " + path("validate.py") + " " + schema + " " + path("documents");
        return std::system(command.c_str()) == 0;  // NOLINT(concurrency-mt-unsafe)
    }
};

// In one line, as a validator of lines wants it.
std::string line_of(const std::string& document) {
    return nlohmann::json::parse(document).dump() + "\n";
}

TEST_F(Schema, DescribesEveryDocumentOfEveryDevice) {
    std::string documents;
    for (const auto& [name, device] :
         {std::pair{"igb", "eth0"}, std::pair{"igb-7.2", "eth0"}, std::pair{"virtio", "net0"},
          std::pair{"loopback", "lo"}, std::pair{"veth", "v0"}}) {
        for (const std::vector<const char*>& arguments :
             {std::vector<const char*>{"show", device, "--json"},
              {"stats", device, "--json"},
              {"ledger", device, "--json"},
              {"doctor", device, "--json"},
              {"ledger", device, "--json", "--tx", "--all"}}) {
            const Said said = run_recorded(arguments, name);
            ASSERT_EQ(said.code, ExitCode::ok) << said.err;
            documents += line_of(said.out);
        }
        for (const char* const verb : {"stats", "ledger"}) {
            const Said said =
                run_recorded({verb, device, "--json", "--watch", "0.01", "--count", "2"}, name);
            ASSERT_EQ(said.code, ExitCode::ok) << said.err;
            documents += said.out;  // one document in each line already
        }
    }
    EXPECT_GT(std::ranges::count(documents, '\n'), 30);
    EXPECT_TRUE(accepts(documents));
}

TEST_F(Schema, RefusesWhatItDoesNotDescribe) {
    const auto whole = nlohmann::json::parse(run_recorded({"stats", "eth0", "--json"}).out);
    EXPECT_TRUE(accepts(whole.dump() + "\n"));
    auto other = whole;
    other["schema_version"] = 2;
    EXPECT_FALSE(accepts(other.dump() + "\n"));
    other = whole;
    other["groups"][0]["counters"]["x"] = -1;
    EXPECT_FALSE(accepts(other.dump() + "\n"));
    other = whole;
    other["device"].erase("driver");
    EXPECT_FALSE(accepts(other.dump() + "\n"));
    other = whole;
    other["interval_s"] = 1.0;
    EXPECT_FALSE(accepts(other.dump() + "\n")) << "an interval without changes";
}

}  // namespace
}  // namespace igbtune::cli
