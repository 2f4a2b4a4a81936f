// Importing into a collection of a server: the one that holds the folder, or another one
// (--server). The files are read here and sent batch by batch; each is durable when it is answered,
// and the server remembers how far the import has come. Used by verb_import.cpp.
#pragma once

#include "cli/server_index.h"
#include "cli/server_link.h"
#include "service/import.h"
#include "service/import_target.h"
#include "service/library.h"

#include <span>
#include <string>

namespace sokkuri::cli {

class ServerTarget final : public service::ImportTarget {
 public:
    /// Of --server, a collection that is not there yet is made, where that server can, and where
    /// the files of `request` are such that they can be read.
    static Result<ServerTarget> open(const Invocation& invocation, const HeldFolder& held,
                                     const service::ImportRequest& request);

    Result<std::optional<collection::FieldSpec>> find_field(const std::string& name) override;
    Result<void> make_field(const collection::FieldSpec& field) override;
    Result<collection::LoadOutcome> load(const collection::LoadBatch& batch) override;
    Result<std::optional<std::string>> mark(const std::string& name) override;
    Result<void> forget_mark(const std::string& field, const std::string& name) override;
    Result<service::DocumentOutcome> put_documents(
        std::vector<service::NamedDocument> documents) override;

 private:
    explicit ServerTarget(FolderHolder holder) : holder_(std::move(holder)) {}

    Result<JsonValue> ask(ServerLink::Message message);
    std::string target(std::string_view rest) const;
    Result<collection::LoadOutcome> load_in_parts(const collection::LoadBatch& batch);
    Result<collection::LoadOutcome> send(const collection::LoadBatch& batch);
    Result<service::DocumentOutcome> put_in_parts(
        std::span<const service::NamedDocument> documents);
    Result<service::DocumentOutcome> send(std::span<const service::NamedDocument> documents);

    FolderHolder holder_;
};

/// A folder that is missing from one that a server has (serve --data) becomes a collection of that
/// server, which holds it from then on; not one whose name no collection can have, nor where the
/// files of `request` cannot be read.
Result<void> make_at_data_server(const Invocation& invocation, const service::LibraryPlace& place,
                                 const service::ImportRequest& request);

}  // namespace sokkuri::cli
