// SPDX-License-Identifier: Apache-2.0
#include "apps/experiment.h"

namespace parfocal {

void DataBlock::describe(Schema<DataBlock>& s) {
  s.summary("Measured frames or spectra and their preparation.");
  s.block("measurement", &DataBlock::measurement)
      .doc("The raw image or stack; each frame is reconstructed on its own.");
  s.block("spectra", &DataBlock::spectra).doc("A map of spectra, instead of frames.");
  s.block("truth", &DataBlock::truth)
      .doc("The true object of every frame, where another camera saw it; for metrics.");
  s.key("emitters", &DataBlock::emitters)
      .doc(
          "Table of the true emitters (Picasso HDF5, ThunderSTORM CSV, Insight3), for "
          "evaluate.matching.");
  s.key("photons", &DataBlock::photons)
      .above(Photons::from_si(0.0))
      .doc(
          "Photons that value 1 of the measurement and of its object stands for, as stages see "
          "it.");
  s.choice("saturated", &DataBlock::saturated,
           {{"mask", Saturated::kMask}, {"keep", Saturated::kKeep}})
      .doc("Whether pixels that hold a saturated raw sample get weight 0 (mask) or count (keep).");
  s.choice("pages", &DataBlock::pages, {{"frames", Pages::kFrames}, {"images", Pages::kImages}})
      .doc(
          "Whether each page of the file is a frame of its own, or a frame has as many pages as "
          "the "
          "model makes images.");
  s.choice("values", &DataBlock::values, {{"raw", Values::kRaw}, {"contrast", Values::kContrast}})
      .doc(
          "The values as prepared, or each image over its mean, less 1, as models of weak objects "
          "expect it.");
  s.check([](const DataBlock& d) -> std::string {
    if (d.measurement && d.spectra) return "expected measurement or spectra, not both";
    if (d.spectra && d.truth) return "truth: belongs to frames (measurement), not to spectra";
    return d.measurement || d.spectra ? "" : "expected measurement or spectra";
  });
}

void LocalizeBlock::describe(Schema<LocalizeBlock>& s) {
  s.summary("Single emitters, found in every frame and fitted by maximum likelihood.");
  s.component("detection", &LocalizeBlock::detection, "detection")
      .required()
      .doc("Where emitters may be.");
  s.key("iterations", &LocalizeBlock::iterations)
      .at_least(1)
      .at_most(10000)
      .doc("Steps of a fit, at most.");
  s.key("tolerance", &LocalizeBlock::tolerance)
      .above(0.0)
      .below(1.0)
      .doc(
          "A fit has converged when each step is shorter than this part of the standard deviation "
          "of its parameter.");
  s.key("rendering_pixel", &LocalizeBlock::rendering_pixel)
      .above(Length::from_m(0.0))
      .doc(
          "Pixel of the super-resolved picture; absent: a tenth of that of the camera, and larger "
          "where the picture would have more than 4096 pixels a side.");
}

void ReconstructionBlock::describe(Schema<ReconstructionBlock>& s) {
  s.summary("How the object is found.");
  s.component("solver", &ReconstructionBlock::solver, "solver")
      .doc("The iterative or direct method; or give stages.");
  s.components("prior", &ReconstructionBlock::priors, "prior")
      .doc("What is known of the object before the measurement; terms are added.");
  s.components("stages", &ReconstructionBlock::stages, "stage", Naming::kOptional)
      .doc(
          "Steps that run one after the other, instead of a solver (task design). The parameters "
          "of a stage are found under reconstruction.NAME.");
  s.block("localize", &ReconstructionBlock::localize)
      .doc("Fits of single emitters, instead of a solver (task reconstruct).");
  s.check([](const ReconstructionBlock& r) -> std::string {
    const int ways = (r.solver ? 1 : 0) + (r.stages.empty() ? 0 : 1) + (r.localize ? 1 : 0);
    if (ways > 1) return "expected one of solver, stages and localize, not several";
    return ways == 1 ? "" : "expected a solver, stages or localize";
  });
}

void ParameterError::describe(Schema<ParameterError>& s) {
  s.summary("How wrong a parameter may be, each of its values on its own.");
  s.key("uniform", &ParameterError::uniform)
      .doc("Half width of an even distribution, in a unit of the parameter (50 nm).");
  s.key("normal", &ParameterError::normal)
      .doc("Standard deviation of a normal error, in a unit of the parameter.");
  s.check([](const ParameterError& e) {
    return e.uniform || e.normal ? "" : "expected uniform, normal or both";
  });
}

void ToleranceBlock::describe(Schema<ToleranceBlock>& s) {
  s.summary("What becomes of the score of the loss when the instrument is not built exactly.");
  s.blocks("errors", &ToleranceBlock::errors)
      .doc("Errors by dotted path of the parameter (optics.mask.height_error).");
  s.key("draws", &ToleranceBlock::draws).at_least(2).at_most(1000000).doc("Random instruments.");
  s.check([](const ToleranceBlock& t) { return t.errors.empty() ? "errors: expected one" : ""; });
}

void UncertaintyBlock::describe(Schema<UncertaintyBlock>& s) {
  s.summary("Standard deviation of the reconstruction per pixel, and how often it is right.");
  s.choice("method", &UncertaintyBlock::method,
           {{"perturbed", Method::kPerturbed}, {"heteroscedastic", Method::kHeteroscedastic}})
      .required()
      .doc(
          "perturbed: the stages run again on images with fresh noise and, where the first is a "
          "Wiener filter, with objects of its spectrum; heteroscedastic: the last stage predicts.");
  s.key("draws", &UncertaintyBlock::draws)
      .at_least(2)
      .at_most(100000)
      .doc("Perturbed images of each object (method perturbed).");
  s.key("conformal_level", &UncertaintyBlock::conformal_level)
      .above(0.0)
      .below(1.0)
      .doc("Share of the pixels that estimate +- conformal_scale deviations shall hold.");
}

std::vector<std::string> UncertaintyBlock::numbers() {
  std::vector<std::string> names{"z_variance", "conformal_scale", "conformal_coverage",
                                 "mean_deviation", "rmse"};
  for (const int percent : kPercents) {
    names.push_back("coverage_" + std::to_string(percent));
    names.push_back(names.back() + "_band");
  }
  return names;
}

void WobbleBlock::describe(Schema<WobbleBlock>& s) {
  s.summary("How images wander sideways with depth, by beads in planes of known depths.");
  s.key("found", &WobbleBlock::found)
      .required()
      .doc("Table of the beads as they were found, a frame for each plane.");
  s.key("truth", &WobbleBlock::truth).required().doc("Table of their true places, with z.");
  s.key("radius", &WobbleBlock::radius)
      .above(Length::from_m(0.0))
      .doc("What was found further from a bead is none.");
  s.key("breaks", &WobbleBlock::breaks)
      .at_least(2)
      .at_most(1000)
      .doc("Of the spline over depth that smooths the shifts.");
}

void MatchingBlock::describe(Schema<MatchingBlock>& s) {
  s.summary("Found emitters against the true ones, frame by frame.");
  s.citation("D. Sage et al., Nature Methods 16, 387, 2019 (scores)");
  s.choice("matcher", &MatchingBlock::matcher,
           {{"greedy", Matcher::kGreedy}, {"hungarian", Matcher::kHungarian}})
      .doc(
          "greedy: the closest pairs first; hungarian: as many pairs as possible, and of these the "
          "smallest sum of distances. Numbers of the two do not compare.");
  s.key("lateral", &MatchingBlock::lateral)
      .above(Length::from_m(0.0))
      .doc("Largest distance of a pair in the plane.");
  s.key("axial", &MatchingBlock::axial)
      .above(Length::from_m(0.0))
      .doc("Largest distance of a pair in depth.");
  s.key("border", &MatchingBlock::border)
      .at_least(Length::from_m(0.0))
      .doc("Emitters that near to the outer edge of the frames are left out of both lists.");
  s.key("dimmest_left_out", &MatchingBlock::dimmest_left_out)
      .above(0.0)
      .below(1.0)
      .doc(
          "Part of the true emitters, those with the fewest photons, that leaves all counts with "
          "what was matched to them (0.25 in the challenge); all count if absent.");
  s.block("wobble", &MatchingBlock::wobble)
      .doc("Shifts of the true places by depth, before they are matched; none if absent.");
}

void EvaluateBlock::describe(Schema<EvaluateBlock>& s) {
  s.summary("What is measured on the estimate when the true object is known.");
  s.components("metrics", &EvaluateBlock::metrics, "metric", Naming::kOptional)
      .doc("Numbers that compare the estimate with the true object of a scene.");
  s.block("matching", &EvaluateBlock::matching)
      .doc("Found emitters against those of data.emitters (reconstruction.localize).");
  s.block("tolerance", &EvaluateBlock::tolerance)
      .doc("Random errors of the finished design (task design).");
  s.block("uncertainty", &EvaluateBlock::uncertainty)
      .doc("How far off the reconstruction may be in every pixel (task design).");
  s.key("samples", &EvaluateBlock::samples)
      .at_least(1)
      .doc("Objects 0, 1, ... of the scene that are imaged and reconstructed (task design).");
  s.check([](const EvaluateBlock& e) {
    return e.metrics.empty() && !e.tolerance && !e.uncertainty && !e.matching
               ? "expected metrics, a matching, a tolerance or an uncertainty"
               : "";
  });
}

void LightBlock::describe(Schema<LightBlock>& s) {
  s.summary("Samples of the light in the plane before the first element of the optics.");
  s.key("size", &LightBlock::size).required().at_least(1).doc("Samples, [y, x].");
  s.key("pitch", &LightBlock::pitch)
      .required()
      .above(Length::from_m(0.0))
      .doc("Distance of two samples, [y, x].");
}

Grid LightBlock::grid() const {
  return Grid::centred(size[0], size[1], pitch[0].m(), pitch[1].m());
}

void OutputBlock::describe(Schema<OutputBlock>& s) {
  s.summary("What is written to results/ besides object.ome.tif and summary.json.");
  s.key("npy", &OutputBlock::npy).doc("Write object.npy, float32 [frame, channel, y, x].");
  s.key("png", &OutputBlock::png)
      .doc("Write object.png, an 8-bit preview of the first frame in the stated window.");
  s.key("preview_percentiles", &OutputBlock::preview_percentiles)
      .doc("Percentiles of the image shown as black and as white in previews.");
}

void PrecisionBlock::describe(Schema<PrecisionBlock>& s) {
  s.summary("Floating-point types.");
  s.choice("optics", &PrecisionBlock::optics,
           {{"float32", Real::kFloat32}, {"float64", Real::kFloat64}})
      .doc("Type of images in models and solvers; phases are always formed in float64.");
}

void CheckpointBlock::describe(Schema<CheckpointBlock>& s) {
  s.summary("How often the state of a training is kept, for parfocal resume.");
  s.key("every", &CheckpointBlock::every)
      .at_least(Duration::from_s(0.0))
      .doc("Time between two of them; 0 s: after every step.");
  s.key("keep", &CheckpointBlock::keep)
      .at_least(1)
      .at_most(1000)
      .doc("Checkpoints that stay; a damaged newest one falls back to the one before.");
}

void RuntimeBlock::describe(Schema<RuntimeBlock>& s) {
  s.summary("Where and how the experiment runs.");
  s.key("device", &RuntimeBlock::device)
      .doc("auto (a CUDA device if there is one, else the CPU), cpu, cuda or cuda:N.");
  s.key("threads", &RuntimeBlock::threads)
      .at_least(1)
      .at_most(1024)
      .doc("CPU threads; absent: one per core. A run records the number that it took.");
  s.block("precision", &RuntimeBlock::precision).doc("Floating-point types.");
  s.block("checkpoints", &RuntimeBlock::checkpoints)
      .doc("How often the state of a training is kept.");
  s.key("seeds", &RuntimeBlock::seeds)
      .doc("Seeds of scene and noise; with several, every variant runs with every seed.");
}

void Experiment::describe(Schema<Experiment>& s) {
  s.summary("One experiment, blocks in the order in which data flow.");
  s.key("parfocal", &Experiment::version)
      .required()
      .at_least(1)
      .at_most(1)
      .doc("Version of the experiment language.");
  s.key("name", &Experiment::name).required().doc("Name of the run folder.");
  s.choice("task", &Experiment::task,
           {{"reconstruct", Task::kReconstruct},
            {"simulate", Task::kSimulate},
            {"train", Task::kTrain},
            {"design", Task::kDesign},
            {"evaluate", Task::kEvaluate}})
      .required()
      .doc(
          "Find the object of a measurement, simulate a measurement, train a reconstruction for "
          "fixed optics, design the instrument, or judge both as they are.");
  s.block("data", &Experiment::data).doc("Measured frames (task reconstruct).");
  s.component("scene", &Experiment::scene, "scene")
      .doc("Where objects come from when none are measured, and how much light they give.");
  s.elements("optics", &Experiment::optics, "element")
      .doc("The hardware, named elements; light goes in file order.");
  s.key("parameters", &Experiment::parameters)
      .doc(
          "parameters.safetensors of an earlier run: values of parameters before anything is "
          "done.");
  s.block("light", &Experiment::light).doc("Samples of the light before the first element.");
  s.elements("views", &Experiment::views, "view")
      .doc("What of the optics is shown and exported (tasks simulate and design).");
  s.component("model", &Experiment::model, "model").doc("Object -> expected measurement.");
  s.component("detector", &Experiment::detector, "detector")
      .doc("Photons -> counts, and therefore the likelihood.");
  s.block("reconstruction", &Experiment::reconstruction).doc("How the object is found.");
  s.block("optimize", &Experiment::optimize)
      .doc("Which parameters are unknown besides the object, and how they are found.");
  s.tree("compare", &Experiment::compare)
      .doc("Named variants of this file: overrides by dotted path, run on equal data.");
  s.block("evaluate", &Experiment::evaluate).doc("Metrics against the true object of a scene.");
  s.block("output", &Experiment::output).doc("What is written to results/.");
  s.block("runtime", &Experiment::runtime).doc("Device, threads, precision, seeds.");
}

}  // namespace parfocal
