// VectorMatrix: the rows of a NumPy file as float32 for the index floor: used in the file's map
// where they are float32, else converted into memory. Every number is known to be finite.
// Immutable; safe from any number of threads.
#pragma once

#include "base/npy.h"
#include "base/result.h"
#include "base/thread_pool.h"
#include "index/arena.h"
#include "index/raw_rows.h"

#include <span>
#include <string>

namespace sokkuri::service {

class VectorMatrix {
 public:
    /// Reads all of it. kInvalidArgument names the first row with a number that is not finite;
    /// otherwise as NpyMatrix::open.
    static Result<VectorMatrix> load(FileSystem& files, const std::string& path,
                                     ThreadPool& threads);

    std::size_t rows() const { return npy_.rows(); }
    std::size_t dimension() const { return npy_.columns(); }
    std::span<const float> values() const { return values_; }
    std::span<const float> row(std::size_t number) const {
        return values_.subspan(number * dimension(), dimension());
    }
    /// False: converted, so that it takes memory of its own.
    bool is_mapped() const { return is_mapped_; }

 private:
    VectorMatrix(NpyMatrix npy) : npy_(std::move(npy)) {}

    NpyMatrix npy_;
    index::Arena converted_;
    std::span<const float> values_;
    bool is_mapped_ = false;
};

}  // namespace sokkuri::service
