// SPDX-License-Identifier: Apache-2.0
#include "optics/elements/cells.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/arange.h>
#include <ATen/ops/matmul.h>
#include <ATen/ops/maximum.h>
#include <ATen/ops/minimum.h>
#include <ATen/ops/scalar_tensor.h>

#include "optics/plane.h"

namespace parfocal::optics {

at::Tensor cell_shares(const at::Tensor& sample_m, double sample_pitch_m, std::int64_t cells,
                       double cell_pitch_m, const at::Tensor& open_m) {
  const double on_axis = static_cast<double>(cells / 2);
  const at::Tensor cell_m =
      (at::arange(cells, at::kDouble) - on_axis).to(sample_m.device()) * cell_pitch_m;
  const at::Tensor x = sample_m.unsqueeze(1);
  const at::Tensor upper = at::minimum(x + 0.5 * sample_pitch_m, cell_m + open_m * 0.5);
  const at::Tensor lower = at::maximum(x - 0.5 * sample_pitch_m, cell_m - open_m * 0.5);
  return (upper - lower).clamp_min(0.0) / sample_pitch_m;
}

at::Tensor cells_on(const Grid& grid, const at::Tensor& cells, double cell_pitch_m) {
  const at::Tensor open_m = at::scalar_tensor(cell_pitch_m, at::kDouble);
  const at::Tensor rows =
      cell_shares(y_coordinates_m(grid), grid.pitch_y_m, cells.size(0), cell_pitch_m, open_m);
  const at::Tensor columns =
      cell_shares(x_coordinates_m(grid), grid.pitch_x_m, cells.size(1), cell_pitch_m, open_m);
  return at::matmul(at::matmul(rows, cells), columns.t()).clamp(0.0, 1.0);
}

}  // namespace parfocal::optics
