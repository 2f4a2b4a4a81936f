// PictureStore: the pictures that sokkuri keeps itself, those that came without a file:
// `.sokkuri/pictures/ab/ab01…`, named by their content; where only thumbnails are kept,
// `…/ab01…-thumbnail`, named by the content of what it shows. Several records may refer to one.
// Written before the record that refers to it, removed after the catalog has forgotten the last
// one. Safe from any number of threads; writing and settling in turn (Library::in_turn).
#pragma once

#include "base/file_system.h"
#include "base/hash.h"
#include "base/result.h"
#include "collection/kept_pictures.h"

#include <memory>
#include <span>
#include <string>

namespace sokkuri::service {

class Library;

class PictureStore {
 public:
    PictureStore(FileSystem& files, std::string directory)
        : files_(files), directory_(std::move(directory)) {}

    /// Durable when it returns; no error when it is there already. One that is damaged is replaced.
    Result<void> write(const Hash128& content, std::span<const std::byte> picture);
    /// Likewise a JPEG in its stead, with a checksum behind it (rendered_pictures.h).
    Result<void> write_thumbnail(const Hash128& content, std::span<const std::byte> thumbnail);
    /// Whether it is there, damaged or not.
    bool has(const Hash128& content) const;
    bool has_thumbnail(const Hash128& content) const;
    /// kNotFound when it is not kept. Its bytes are compared by who reads them (opened_picture.h).
    Result<std::unique_ptr<File>> open(const Hash128& content) const;
    Result<std::unique_ptr<File>> open_thumbnail(const Hash128& content) const;
    /// No error when it is not there.
    Result<void> remove(const Hash128& content);
    /// What a kill has left of writing it.
    void remove_leftovers(const Hash128& content);

 private:
    std::string folder_of(const Hash128& content) const;
    std::string path_of(const Hash128& content) const;
    std::string thumbnail_path_of(const Hash128& content) const;
    Result<void> write_to(const std::string& path, const Hash128& content,
                          std::span<const std::byte> picture);

    FileSystem& files_;
    const std::string directory_;
};

/// Finds out what became of pictures in doubt: a record refers to them, or they are forgotten and,
/// when nobody else refers to them, removed.
Result<void> settle_pictures(const Library& library,
                             std::span<const collection::KeptPicture> pictures);

/// Likewise all that a kill has left in doubt. Costs nothing where there are none.
Result<void> settle_doubtful_pictures(const Library& library);

}  // namespace sokkuri::service
