// Segment file: a container of opaque, named runs of bytes (docs/formats/segment.md): an index over
// a run of slots. Written once and never changed; whoever writes one makes it live by a row of the
// catalog. Can always be made again from the vectors. Knows nothing of what the sections mean.
#pragma once

#include "base/file_system.h"
#include "base/result.h"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace sokkuri::store {

inline constexpr std::size_t kSectionsMax = 62;  // of one file: its table is one page
inline constexpr std::size_t kSectionNameBytesMax = 15;
inline constexpr std::size_t kSectionAlignmentBytes = 4096;

struct FileSection {
    std::string name;  // 1 to kSectionNameBytesMax bytes without NUL, no other has it
    std::span<const std::byte> bytes;
};

/// Durable under `path` when it returns, replacing what was there; after an error or a kill there
/// is nothing new under that name. Folders above must exist. Needs no memory of the sections' size.
/// kInvalidArgument for names and counts that a file cannot hold.
Result<void> write_segment_file(FileSystem& files, const std::string& path,
                                std::span<const FileSection> sections);

/// An open file, mapped. Immutable; safe from any number of threads.
class SegmentFile {
 public:
    /// Checks header and section table with every length; reads one page whatever the size of the
    /// file. kNotFound when there is none, kUnsupported for a version newer than ours, kCorruption
    /// naming the file and what is wrong.
    static Result<std::shared_ptr<const SegmentFile>> open(FileSystem& files,
                                                           const std::string& path);

    /// In the file's order; their bytes begin at multiples of kSectionAlignmentBytes in memory too,
    /// and live as long as this object.
    std::span<const FileSection> sections() const { return sections_; }
    std::uint64_t size_bytes() const { return size_bytes_; }
    /// What the table says of the bytes of section `index`.
    std::uint64_t checksum(std::size_t index) const { return checksums_[index]; }
    /// Reads everything and compares the checksums (between sections there are zeros): kCorruption
    /// names file and section.
    Result<void> verify() const;

 private:
    SegmentFile() = default;
    bool is_filled_up_with_zeros(std::size_t index) const;

    std::string path_;
    std::unique_ptr<File> file_;
    std::unique_ptr<MappedRegion> map_;
    std::uint64_t size_bytes_ = 0;
    std::vector<FileSection> sections_;
    std::vector<std::uint64_t> checksums_;
};

}  // namespace sokkuri::store
