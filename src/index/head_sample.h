// HeadSample: the rows that a HeadModel is trained on, and others held out to test it.
#pragma once

#include "index/dense_matrix.h"
#include "index/head_trainer.h"

#include <vector>

namespace sokkuri::index {

/// In the L2 space, `mean` subtracted.
struct HeadSample {
    std::vector<float> mean;  // of `rows`
    DenseMatrix rows;         // at least 1
    DenseMatrix queries;      // up to 500 further rows, an eighth of all; none of a few rows
};

/// A seeded choice, even over all slots; at most 32 M components (but 2,000 rows) and 32,768 rows.
HeadSample take_sample(const HeadTraining& training);

}  // namespace sokkuri::index
