// RunCoding: the space and the head model that rows are coded with which no graph leads to: all of
// them are scanned, exactly, by every query. Pure functions; a value is safe from any number of
// threads.
//
// A head that leads through a graph need only put rows in order; one that is scanned has to rule
// rows out, or their full codes, ten times as long, are read. Of 200,000 features of 1280, seeded
// by 50,000 others, 120 components leave 6.5 %, 248 2 %, 376 .7 % of the rows; the time of a query
// is 2.4, 1.7 and 2.0 ms, of one in ten above 9.8, 3.1 and 3.0 (one thread). With 512 and 2,048
// components a row the middle one is as good or better too.
#pragma once

#include "index/head_model.h"
#include "index/l2_space.h"
#include "index/segment_builder.h"

#include <cstddef>

namespace sokkuri::index {

struct RunCoding {
    L2Space space;
    HeadModel model;
};

/// What heads should be like for a scan of rows of `dimension` components (of the space).
HeadLayout scan_layout(std::size_t dimension);

/// Whether heads of that layout are as good for a scan as those of scan_layout.
bool is_for_scans(const HeadLayout& layout, std::size_t dimension);

/// Whether rows `build.slots` are of that metric and dimension and look, as far as a sample of them
/// tells, like those that the model was trained on, and the space holds nearly all of them.
bool goes_with(const RunCoding& coding, const SegmentBuild& build, const BuildOptions& options);

/// Made for rows `build.slots`, at least one, with the layout for scans unless options say another.
RunCoding train_run_coding(const SegmentBuild& build, const BuildOptions& options);

}  // namespace sokkuri::index
