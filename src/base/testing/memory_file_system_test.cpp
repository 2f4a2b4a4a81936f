// The in-memory file system must behave as the real one until it loses power: random operations on
// both, answers compared.
#include "base/testing/memory_file_system.h"

#include "base/hash.h"
#include "base/testing/faulty_file_system.h"
#include "base/testing/temporary_directory.h"

#include <gtest/gtest.h>

#include <random>

namespace sokkuri::testing {
namespace {

std::span<const std::byte> bytes_of(std::string_view text) {
    return std::as_bytes(std::span(text));
}

/// What an operation answered, as text to compare.
template <typename T>
std::string outcome_of(const Result<T>& result) {
    return result ? "ok" : std::string(name_of(result.error().code()));
}

/// Does random operations in a folder of one file system and tells what came of each.
class Actor {
 public:
    Actor(FileSystem& files, std::string folder, std::uint64_t seed)
        : files_(files), folder_(std::move(folder)), random_(seed) {}

    std::string act() {
        switch (random_() % 12) {
            case 0:
                return open();
            case 1:
                open_.erase(pick_open());
                return "closed";
            case 2:
                return write();
            case 3:
                return read();
            case 4:
                return with_file([&](File& file) {
                    return "truncate " + outcome_of(file.truncate(number(20'000)));
                });
            case 5:
                return lock();
            case 6:
                return with_file([&](File& file) {
                    const std::uint64_t offset = number(20);
                    return "unlock " + outcome_of(file.unlock(offset, 1 + number(10)));
                });
            case 7: {
                const std::string from = path(kFileNames);
                return "rename " + outcome_of(files_.rename(from, path(kFileNames)));
            }
            case 8:
                return "remove " + outcome_of(files_.remove_file(path()));
            case 9:
                return "create " + outcome_of(files_.create_directory(join_path(folder_, "d")));
            case 10:
                return list();
            default:
                return status();
        }
    }

 private:
    using OpenFiles = std::vector<std::unique_ptr<File>>;
    // Files first; directories are not renamed here.
    static constexpr std::array<const char*, 5> kNames = {"a", "b", "d/a", "d/b", "d"};
    static constexpr std::size_t kFileNames = 4;

    std::uint64_t number(std::uint64_t limit) { return random_() % limit; }
    std::string path(std::size_t names = kNames.size()) {
        return join_path(folder_, kNames.at(number(names)));
    }
    OpenFiles::iterator pick_open() {
        if (open_.empty()) open_.push_back(files_.open(folder_, OpenMode::kRead).value());
        return open_.begin() + static_cast<std::ptrdiff_t>(number(open_.size()));
    }

    template <typename Act>
    std::string with_file(Act act) {
        return act(**pick_open());
    }

    std::string open() {
        const std::string name = path();
        const auto mode = static_cast<OpenMode>(number(4));
        auto file = files_.open(name, mode);
        const std::string outcome = outcome_of(file);
        if (file) open_.push_back(std::move(*file));
        return "open " + outcome;
    }

    std::string write() {
        const std::uint64_t offset = number(10'000);
        const std::vector<std::byte> bytes(1 + number(9'000), static_cast<std::byte>(number(256)));
        return with_file([&](File& file) {
            // One is a directory: refused by each in its own words.
            return "write " + outcome_of(file.write_at(offset, bytes));
        });
    }

    std::string read() {
        std::vector<std::byte> bytes(number(9'000));
        const std::uint64_t offset = number(10'000);
        return with_file([&](File& file) {
            const auto count = file.read_at(offset, bytes);
            if (!count) return "read " + outcome_of(count);
            return fmt::format("read {} {}", *count, base64url(xxh128(bytes)));
        });
    }

    std::string lock() {
        const std::uint64_t offset = number(20);
        const std::uint64_t length = 1 + number(10);
        const auto kind = static_cast<LockKind>(number(2));
        return with_file([&](File& file) {
            const auto is_locked = file.is_locked_elsewhere(offset, length);
            const auto locked = file.try_lock(offset, length, kind);
            return fmt::format("lock {} {}", is_locked.value(),
                               locked ? std::to_string(*locked) : outcome_of(locked));
        });
    }

    std::string list() {
        const auto entries = files_.list(number(2) == 0 ? folder_ : path());
        std::string outcome = "list " + outcome_of(entries);
        if (!entries) return outcome;
        for (const DirectoryEntry& entry : *entries) {
            outcome += fmt::format(" {}/{}", entry.name, static_cast<int>(entry.kind));
        }
        return outcome;
    }

    std::string status() {
        const auto status = files_.status(path());
        if (!status) return outcome_of(status);
        const bool is_file = status->kind == FileKind::kRegular;
        return fmt::format("{} {}", is_file, is_file ? status->size_bytes : 0);
    }

    FileSystem& files_;
    const std::string folder_;
    std::mt19937_64 random_;
    OpenFiles open_;
};

TEST(MemoryFileSystem, AnswersAsTheRealOneDoes) {
    for (std::uint64_t seed = 0; seed < 40; ++seed) {
        const TemporaryDirectory real_folder;
        MemoryFileSystem memory;
        ASSERT_TRUE(memory.create_directory("/f"));
        Actor real(posix_file_system(), real_folder.path(), seed);
        Actor simulated(memory, "/f", seed);
        for (int step = 0; step < 200; ++step) {
            const std::string expected = real.act();
            ASSERT_EQ(simulated.act(), expected) << "seed " << seed << ", step " << step;
        }
    }
}

TEST(MemoryFileSystem, MapsSeeWritesAndTheOtherWayRound) {
    MemoryFileSystem files;
    const auto file = files.open("/a", OpenMode::kCreate).value();
    const auto map = file->map(0, 100'000, MapAccess::kReadWrite).value();
    ASSERT_TRUE(file->write_at(50'000, bytes_of("x")));
    EXPECT_EQ(map->bytes()[50'000], static_cast<std::byte>('x'));
    map->bytes()[7] = std::byte{9};
    std::array<std::byte, 1> out;
    ASSERT_TRUE(file->read_at(7, out));
    EXPECT_EQ(out[0], std::byte{9});
}

TEST(MemoryFileSystem, ACrashKeepsWhatWasSynced) {
    bool was_lost = false;
    bool was_kept = false;
    bool was_torn = false;
    const std::string later(4096, 'b');
    for (std::uint64_t seed = 0; seed < 200; ++seed) {
        MemoryFileSystem files;
        const auto file = files.open("/a", OpenMode::kCreate).value();
        ASSERT_TRUE(file->write_at(0, bytes_of("synced")));
        ASSERT_TRUE(file->sync());
        ASSERT_TRUE(files.sync_directory("/"));
        ASSERT_TRUE(file->write_at(6, bytes_of(later)));
        ASSERT_TRUE(files.open("/b", OpenMode::kCreate));
        files.crash(seed);
        const auto bytes = read_file(files, "/a", 10'000).value();
        const std::string text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
        EXPECT_EQ(text.substr(0, 6), "synced");
        was_kept = was_kept || text == "synced" + later;
        was_torn = was_torn || (text.size() > 6 && text != "synced" + later);
        was_lost = was_lost || !files.status("/b");
        ASSERT_TRUE(file->write_at(0, bytes_of("gone with the crash")));
        EXPECT_EQ(read_file(files, "/a", 10'000).value(), bytes);
    }
    EXPECT_TRUE(was_lost);
    EXPECT_TRUE(was_kept);
    EXPECT_TRUE(was_torn);
}

TEST(MemoryFileSystem, ReplacedFilesAreOldOrNewAfterACrash) {
    for (std::uint64_t seed = 0; seed < 200; ++seed) {
        MemoryFileSystem memory;
        FaultyFileSystem files(memory);
        ASSERT_TRUE(replace_file(files, "/a", bytes_of("the old one")));
        files.set_fault({.at = seed % 6, .effect = FaultEffect::kCutOff});
        const auto replaced = replace_file(files, "/a", bytes_of("new"));
        memory.crash(seed);
        const auto bytes = read_file(memory, "/a", 100).value();
        const std::string text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
        EXPECT_TRUE(text == "new" || (!replaced && text == "the old one")) << seed << text;
    }
}

TEST(FaultyFileSystem, FailsOnceOrForEver) {
    MemoryFileSystem memory;
    FaultyFileSystem files(memory);
    const auto file = files.open("/a", OpenMode::kCreate).value();
    files.set_fault({.at = 1, .code = ErrorCode::kExhausted});
    EXPECT_TRUE(file->write_at(0, bytes_of("12")));
    EXPECT_EQ(file->write_at(2, bytes_of("3456")).error().code(), ErrorCode::kExhausted);
    EXPECT_EQ(file->size_bytes().value(), 4U) << "half of it";
    files.set_fault({.at = 0, .effect = FaultEffect::kCutOff});
    EXPECT_FALSE(file->write_at(4, bytes_of("5678")));
    EXPECT_FALSE(file->write_at(6, bytes_of("78")));
    EXPECT_FALSE(file->unlock(0, 1));
    EXPECT_EQ(memory.status("/a")->size_bytes, 6U);
    files.set_fault({.at = 0, .effect = FaultEffect::kRefuseChanges});
    EXPECT_FALSE(files.open("/a", OpenMode::kCreate));
    EXPECT_TRUE(files.open("/a", OpenMode::kRead));
    EXPECT_EQ(files.operations(), 2U);
}

}  // namespace
}  // namespace sokkuri::testing
