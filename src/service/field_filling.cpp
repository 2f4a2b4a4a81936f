#include "service/field_filling.h"

#include "base/guarded.h"
#include "service/item_lookup.h"
#include "service/opened_picture.h"
#include "service/picture_behind.h"
#include "service/picture_document.h"
#include "service/picture_embedder.h"
#include "service/stopwatch.h"
#include "service/vector_fields.h"

#include <algorithm>
#include <map>
#include <optional>
#include <utility>

namespace sokkuri::service {
namespace {

using collection::FieldSpec;
using collection::Record;

/// A picture on its way to its vector.
struct Filled {
    std::string id;
    Hash128 content{};
    std::vector<float> vector;
};

class Filling {
 public:
    Filling(const Library& library, const FillRequest& request, const ProgressSink& progress)
        : library_(library), request_(request), progress_(progress) {}

    Result<FillReport> run(const std::stop_token& stop);

 private:
    Result<void> find_field();
    Result<void> fill_page(const std::vector<Record>& records, const std::stop_token& stop);
    Result<void> fill_one(const Record& record);
    Result<void> embed(const Record& record, const DocumentFile& file,
                       std::vector<std::byte> bytes);
    Result<void> load_model();
    void fail_one(const std::string& name, const Error& error);
    Result<void> commit();
    void show();

    const Library& library_;
    const FillRequest& request_;
    const ProgressSink& progress_;
    const Stopwatch watch_;
    FieldSpec field_;
    std::shared_ptr<features::Extractor> extractor_;
    std::optional<PictureEmbedder> embedder_;  // after what it works on
    Guarded<std::vector<Filled>> ready_;
    Guarded<std::optional<Error>> unavailable_;  // the program's fault, and no picture's
    Guarded<std::vector<FailedFile>> failures_;
    FillReport report_;
    std::uint64_t seen_ = 0;
};

}  // namespace

Result<FillReport> fill_field(const Library& library, const FillRequest& request,
                              const ProgressSink& progress, const std::stop_token& stop) {
    return Filling(library, request, progress).run(stop);
}

namespace {

/// Records come by number, and new ones at the end: one walk sees all.
Result<FillReport> Filling::run(const std::stop_token& stop) {
    TRY(find_field());
    TRY(model_of(field_));
    const std::size_t rows_max =
        std::min<std::size_t>(request_.batch_rows, collection::kPageRecordsMax);
    std::string cursor;
    do {
        const collection::RecordPage page =
            TRY(library_.collection().page_without(field_.name, cursor, rows_max));
        TRY(fill_page(page.records, stop));
        cursor = page.next;
        report_.was_interrupted = stop.stop_requested();
    } while (!cursor.empty() && !report_.was_interrupted);
    report_.failures = std::move(*failures_.lock());
    std::ranges::sort(report_.failures, {}, &FailedFile::path);
    if (extractor_) report_.precision = name_of(extractor_->precision());
    return std::move(report_);
}

/// Also one that people do not see: of a model that is to take over.
Result<void> Filling::find_field() {
    const std::vector<FieldSpec> fields = TRY(library_.collection().fields());
    const auto found = std::ranges::find(fields, request_.field, &FieldSpec::name);
    if (found == fields.end()) {
        return fail(ErrorCode::kNotFound, "field {:?}: is there no longer", request_.field);
    }
    field_ = *found;
    return {};
}

Result<void> Filling::fill_page(const std::vector<Record>& records, const std::stop_token& stop) {
    if (records.empty()) return {};
    for (const Record& record : records) {
        if (stop.stop_requested()) break;
        TRY(fill_one(record));
        ++seen_;
    }
    if (embedder_) embedder_->drain();
    if (auto error = unavailable_.lock(); *error) return tl::unexpected(**error);
    TRY(commit());
    show();
    return {};
}

Result<void> Filling::fill_one(const Record& record) {
    const DocumentFile file = TRY(file_of(record.document));
    if (!file.content) {
        ++report_.without_picture;
        return {};
    }
    // Another item with the same picture may have it already.
    std::optional<StoredVector> stored =
        TRY(find_stored_vector(library_, *file.content, field_.name));
    if (stored) {
        ready_.lock()->push_back({record.id, *file.content, std::move(stored->values)});
        return {};
    }
    const PictureBehind behind = TRY(picture_behind(library_, record));
    // Of a thumbnail alone no model could say what the picture would have said.
    if (behind == PictureBehind::kNone || behind == PictureBehind::kThumbnail) {
        ++report_.without_picture;
        return {};
    }
    const std::string& name = file.path.empty() ? record.id : file.path;
    const auto picture = open_picture(library_, record.id);
    if (!picture) {
        fail_one(name, picture.error());
        return {};
    }
    auto bytes = read_picture(*picture, request_.limits.file_bytes_max);
    if (!bytes) {
        fail_one(name, bytes.error());
        return {};
    }
    if (xxh128(*bytes) != *file.content) {
        fail_one(name, Error(ErrorCode::kConflict, "has changed since it was indexed"));
        return {};
    }
    return embed(record, file, std::move(*bytes));
}

Result<void> Filling::embed(const Record& record, const DocumentFile& file,
                            std::vector<std::byte> bytes) {
    TRY(load_model());
    const std::string name = file.path.empty() ? record.id : file.path;
    embedder_->submit(std::move(bytes), [this, id = record.id, content = *file.content,
                                         name](Result<EmbeddedFile> embedded) {
        if (embedded) {
            ready_.lock()->push_back({id, content, std::move(embedded->vector)});
        } else if (embedded.error().code() == ErrorCode::kUnavailable) {
            *unavailable_.lock() = embedded.error();
        } else if (embedded.error().code() != ErrorCode::kCancelled) {
            fail_one(name, embedded.error());
        }
    });
    ++report_.embedded;
    return {};
}

/// With the first picture that needs it.
Result<void> Filling::load_model() {
    if (embedder_) return {};
    const features::ModelCard card = TRY(model_of(field_));
    ModelChoice choice = request_.model;
    choice.name = card.name;
    const features::Model model = TRY(choose_model(library_.files(), choice, card));
    extractor_ = TRY(library_.extractors().get(model, choice, features::Urgency::kBulk));
    embedder_.emplace(*extractor_,
                      EmbedderOptions{.limits = request_.limits, .decoders = request_.decoders});
    return {};
}

void Filling::fail_one(const std::string& name, const Error& error) {
    failures_.lock()->push_back({.path = name, .reason = error.message()});
}

/// In turn with those who put other pictures: a vector goes to the picture that it was made of, or
/// nowhere.
Result<void> Filling::commit() {
    std::vector<Filled> ready = std::exchange(*ready_.lock(), {});
    if (ready.empty()) return {};
    return library_.in_turn([&]() -> Result<void> {
        std::vector<std::string> ids;
        for (const Filled& filled : ready)
            ids.push_back(filled.id);
        const auto records = TRY(library_.collection().get(ids));
        std::vector<collection::PutVectors> puts;
        for (std::size_t i = 0; i < ready.size(); ++i) {
            if (!records[i]) continue;
            const auto file = file_of(records[i]->document);
            if (!file || file->content != ready[i].content) continue;
            collection::PutVectors put{.id = ready[i].id};
            put.vectors.push_back({.field = field_.name,
                                   .values = std::move(ready[i].vector),
                                   .fingerprint = field_.fingerprint});
            puts.push_back(std::move(put));
        }
        TRY(library_.collection().put_vectors(puts));
        report_.filled += puts.size();
        return {};
    });
}

void Filling::show() {
    if (!progress_) return;
    progress_({.found = seen_,
               .done = seen_,
               .embedded = report_.embedded,
               .failed = failures_.lock()->size(),
               .seconds = watch_.ms() / 1'000});
}

}  // namespace
}  // namespace sokkuri::service
