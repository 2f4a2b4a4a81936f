#include "collection/seal.h"

#include "store/segment_file.h"

#include <algorithm>
#include <set>
#include <vector>

namespace sokkuri::collection {

namespace {

constexpr const char* kSegmentsFolder = "segments";

/// What a plan is made of: segments that can be read, and live slots that none of them holds.
struct Material {
    std::vector<index::MergeSource> sources;
    std::vector<index::Slot> slots;
    std::uint64_t live = 0;
};

bool has_lost_rows(const FieldSnapshot& field, const store::SegmentRow& row);
Material material_of(const FieldSnapshot& field, const SealPlan& plan);
std::string file_name(const store::SegmentRow& row, store::Generation generation);
Result<void> write(const index::SegmentImage& image, const std::string& file,
                   const Workshop& workshop);

}  // namespace

SealState seal_state_of(const FieldSnapshot& field) {
    SealState state{.segments = {}, .committed = field.committed, .tail_live = 0};
    store::Slot sealed_end = 0;
    for (const SegmentSnapshot& segment : field.segments) {
        state.segments.push_back({.number = segment.row.number,
                                  .first = segment.row.first_slot,
                                  .end = segment.row.end_slot(),
                                  .rows = segment.row.live,
                                  .live = segment.live,
                                  .is_usable = segment.is_usable(),
                                  .has_lost_rows = has_lost_rows(field, segment.row)});
        sealed_end = segment.row.end_slot();
    }
    for (const store::SlotRun& run : field.lost) {
        if (run.end <= sealed_end) continue;
        state.committed = std::min(state.committed, std::max(run.first, sealed_end));
    }
    state.tail_live =
        state.committed - sealed_end - count_dead(field.dead, sealed_end, state.committed);
    return state;
}

Result<SealedSegment> seal(const FieldSnapshot& field, store::Generation generation,
                           const SealPlan& plan, const index::BuildOptions& options,
                           const Workshop& workshop) {
    const Material material = material_of(field, plan);
    const index::SegmentBuild build{.metric = field.spec.metric,
                                    .rows = field.rows,
                                    .slots = material.slots,
                                    .kernels = workshop.kernels,
                                    .threads = workshop.threads};
    auto image = material.sources.empty() ? index::build_segment(build, options)
                                          : index::merge_segments(material.sources, build, options);
    if (!image) return tl::unexpected(image.error());

    SealedSegment sealed{.row = {.field = field.number,
                                 .first_slot = plan.first,
                                 .rows = plan.end - plan.first,
                                 .live = material.live},
                         .image = std::move(*image)};
    sealed.row.file = file_name(sealed.row, generation);
    TRY(write(sealed.image, sealed.row.file, workshop));
    return sealed;
}

void remove_unnamed(FileSystem& files, const std::string& directory, const store::SegmentRow& row) {
    const std::string folder = field_directory(directory, row.field);
    static_cast<void>(files.remove_file(join_path(directory, row.file)));
    static_cast<void>(files.remove_directory(join_path(folder, kSegmentsFolder)));
    static_cast<void>(files.remove_directory(folder));
}

std::vector<std::string> leftovers(const FileSystem& files, const std::string& directory,
                                   store::ReadTransaction& transaction) {
    std::vector<std::string> paths;
    const auto fields = transaction.fields();
    if (!fields) return paths;
    for (const store::FieldRow& field : *fields) {
        const auto rows = transaction.segments(field.number);
        const std::string folder =
            join_path(field_directory(directory, field.number), kSegmentsFolder);
        const auto entries = files.list(folder);
        if (!rows || !entries) continue;
        std::set<std::string> live;
        for (const store::SegmentRow& row : *rows) {
            live.insert(join_path(directory, row.file));
        }
        for (const DirectoryEntry& entry : *entries) {
            const std::string path = join_path(folder, entry.name);
            if (entry.kind == FileKind::kRegular && !live.contains(path)) paths.push_back(path);
        }
    }
    return paths;
}

void remove_leftovers(FileSystem& files, const std::string& directory,
                      store::ReadTransaction& transaction) {
    for (const std::string& path : leftovers(files, directory, transaction)) {
        static_cast<void>(files.remove_file(path));
    }
}

namespace {

bool has_lost_rows(const FieldSnapshot& field, const store::SegmentRow& row) {
    return std::ranges::any_of(field.lost, [&](const store::SlotRun& run) {
        return run.first < row.end_slot() && run.end > row.first_slot;
    });
}

Material material_of(const FieldSnapshot& field, const SealPlan& plan) {
    Material material;
    material.live = plan.end - plan.first - count_dead(field.dead, plan.first, plan.end);
    const auto add_slots = [&](store::Slot first, store::Slot end) {
        for (store::Slot slot = first; slot < end; ++slot) {
            const auto narrow = static_cast<index::Slot>(slot);  // snapshots have no larger ones
            if (!field.dead.test(narrow)) material.slots.push_back(narrow);
        }
    };
    store::Slot next = plan.first;
    for (const SegmentSnapshot& segment : field.segments) {
        const bool is_replaced = std::find(plan.replaced.begin(), plan.replaced.end(),
                                           segment.row.number) != plan.replaced.end();
        if (!is_replaced || !segment.is_usable()) continue;
        add_slots(next, segment.row.first_slot);
        next = segment.row.end_slot();
        material.sources.push_back({.segment = segment.opened.segment.get(), .dead = &field.dead});
    }
    add_slots(next, plan.end);
    return material;
}

/// No two contents ever get the same name: within a generation the same run of slots holds the same
/// rows.
std::string file_name(const store::SegmentRow& row, store::Generation generation) {
    return fmt::format("fields/{}/{}/{}-{}-{}.seg", row.field, kSegmentsFolder, row.first_slot,
                       row.rows, generation);
}

Result<void> write(const index::SegmentImage& image, const std::string& file,
                   const Workshop& workshop) {
    TRY(workshop.check_place());
    const std::string path = join_path(workshop.directory, file);
    TRY(create_directories(workshop.files, path.substr(0, path.rfind('/'))));
    std::vector<store::FileSection> sections;
    for (const index::Section& section : image.views()) {
        sections.push_back({section.name, section.bytes});
    }
    return store::write_segment_file(workshop.files, path, sections);
}

}  // namespace

}  // namespace sokkuri::collection
