#include "service/id_array_file.h"

#include "base/check.h"
#include "base/npy.h"
#include "service/row_encoding.h"

#include <algorithm>
#include <array>
#include <atomic>
#include <cstring>
#include <span>
#include <unistd.h>
#include <utility>
#include <vector>

namespace sokkuri::service {
namespace {

constexpr std::size_t kBufferBytes = 1U << 20;
constexpr std::size_t kIdBytesMax = 0xffff;

using Length = std::uint16_t;

std::vector<std::uint32_t> code_points(std::string_view utf8);

}  // namespace

Result<IdArrayFile> IdArrayFile::create(FileSystem& files, const std::string& path) {
    static std::atomic<std::uint64_t> next{0};
    AtomicFile array = TRY(AtomicFile::create(files, path));
    IdArrayFile result(files, std::move(array));
    result.spool_path_ = fmt::format("{}.{}-{}.ids", path, getpid(), next++);
    result.spool_ = TRY(files.open(result.spool_path_, OpenMode::kCreate));
    TRY(result.spool_->truncate(0));
    return result;
}

IdArrayFile::IdArrayFile(IdArrayFile&& other) noexcept
    : files_(other.files_),
      array_(std::move(other.array_)),
      spool_path_(std::exchange(other.spool_path_, {})),
      spool_(std::move(other.spool_)),
      spooled_bytes_(other.spooled_bytes_),
      buffer_(std::move(other.buffer_)),
      longest_(other.longest_),
      rows_(other.rows_) {}

IdArrayFile::~IdArrayFile() {
    remove_spool();
}

Result<void> IdArrayFile::append(std::string_view id) {
    TRY(require_utf8(id));
    CHECK(id.size() <= kIdBytesMax);
    longest_ = std::max(longest_, code_points(id).size());
    ++rows_;
    const auto length = static_cast<Length>(id.size());
    buffer_.append(reinterpret_cast<const char*>(&length), sizeof(length));
    buffer_ += id;
    if (buffer_.size() >= kBufferBytes) return flush();
    return {};
}

Result<void> IdArrayFile::settle() {
    if (spool_ == nullptr) return {};
    TRY(flush());
    TRY(write_array());
    remove_spool();
    buffer_ = {};
    return array_.settle();
}

Result<void> IdArrayFile::flush() {
    TRY(spool_->write_at(spooled_bytes_, std::as_bytes(std::span(buffer_))));
    spooled_bytes_ += buffer_.size();
    buffer_.clear();
    return {};
}

/// In pieces that end anywhere: what is left of an id waits for the next one.
Result<void> IdArrayFile::write_array() {
    const std::string header =
        npy_header(fmt::format("<U{}", longest_), std::array<std::uint64_t, 1>{rows_});
    TRY(array_.append(std::as_bytes(std::span(header))));
    std::string read;
    for (std::uint64_t at = 0; at < spooled_bytes_;) {
        const std::size_t kept = read.size();
        const auto size =
            static_cast<std::size_t>(std::min<std::uint64_t>(kBufferBytes, spooled_bytes_ - at));
        read.resize(kept + size);
        const std::size_t got =
            TRY(spool_->read_at(at, std::as_writable_bytes(std::span(read).subspan(kept))));
        if (got != size) return fail(ErrorCode::kIo, "{}: cut short", spool_path_);
        at += size;
        std::string_view rest = read;
        while (rest.size() >= sizeof(Length)) {
            Length length = 0;
            std::memcpy(&length, rest.data(), sizeof(length));
            if (rest.size() < sizeof(length) + length) break;
            std::vector<std::uint32_t> points = code_points(rest.substr(sizeof(length), length));
            points.resize(longest_);
            TRY(array_.append(std::as_bytes(std::span(points))));
            rest.remove_prefix(sizeof(length) + length);
        }
        read.erase(0, read.size() - rest.size());
    }
    return {};
}

void IdArrayFile::remove_spool() {
    spool_.reset();
    if (!spool_path_.empty()) static_cast<void>(files_->remove_file(spool_path_));
    spool_path_.clear();
}

namespace {

std::vector<std::uint32_t> code_points(std::string_view utf8) {
    std::vector<std::uint32_t> points;
    for (std::size_t at = 0; at < utf8.size();) {
        const auto first = static_cast<unsigned char>(utf8[at]);
        const std::size_t length = first < 0x80 ? 1 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
        std::uint32_t point = length == 1 ? first : first & (0xffU >> (length + 1));
        for (std::size_t i = 1; i < length; ++i) {
            point = point << 6U | (static_cast<unsigned char>(utf8[at + i]) & 0x3fU);
        }
        points.push_back(point);
        at += length;
    }
    return points;
}

}  // namespace
}  // namespace sokkuri::service
