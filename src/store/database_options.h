// DatabaseOptions: what a SQLite file of sokkuri must be, and how it becomes that. Used by
// store/database.h and by whoever has such a file.
#pragma once

#include <cstdint>
#include <span>

namespace sokkuri::store {

struct DatabaseOptions {
    enum class Access { kRead, kWrite, kCreate };  // kCreate: write, and made when missing
    Access access = Access::kRead;
    std::int32_t application_id = 0;  // not 0; a file with another one is refused
    std::int32_t format_version = 0;  // from 1; a file with a newer one is refused
    /// Files of that version or a later one must have page checksums (store/page_checksum.h): every
    /// byte that is read is compared. Older ones get them by the upgrade.
    std::int32_t sealed_since = kNeverSealed;
    static constexpr std::int32_t kNeverSealed = INT32_MAX;
    /// SQL that turns each older version into the next; the last one makes `format_version`. Older
    /// files than these are refused. Run in one transaction when opened for writing; readers take
    /// such a file as it is.
    std::span<const char* const> upgrades;
    /// SQL, one for each of `upgrades`, by which a reader sees a file of that version as one of
    /// `format_version`: temporary views. May be empty where readers look at the version.
    std::span<const char* const> reader_views;
    const char* schema = "";  // SQL that makes an empty file one of this format
    std::uint32_t busy_timeout_ms = 5'000;
};

}  // namespace sokkuri::store
