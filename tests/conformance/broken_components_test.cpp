// SPDX-License-Identifier: Apache-2.0
// The suite itself is examined: a sound component passes, and each deliberate mistake is found.
#include <ATen/TensorOperators.h>
#include <ATen/ops/full.h>
#include <ATen/ops/ones_like.h>
#include <gtest/gtest.h>

#include <limits>

#include "core/operators/likelihood.h"
#include "core/operators/operator.h"
#include "core/tensor/straight_through.h"
#include "core/tensor/tensor_checks.h"
#include "solvers/solver.h"
#include "tests/conformance/behaviour.h"
#include "tests/conformance/description_checks.h"
#include "tests/conformance/examination.h"

namespace parfocal::conformance {
namespace {

/// y = strength x, sound; every broken operator changes one thing.
class Gain : public LinearOperator {
 public:
  struct Params {
    double strength = 1.5;
  };
  static void describe(Schema<Params>& s) {
    s.summary("Multiplies by a number.");
    s.key("strength", &Params::strength).above(0.0).trainable("1").doc("The number.");
  }
  Gain(const Params& params, const BuildContext& context)
      : leaf_(at::full({1}, params.strength, context.dtype)) {
    if (context.parameters != nullptr) {
      context.parameters->add(context.path + ".strength",
                              {.leaf = leaf_, .unit = "1", .bounds = Bounds::above(0.0)});
    }
  }
  at::Tensor forward(const at::Tensor& x) const override {
    check_trailing("x", x, dtype(), domain());
    return x * leaf_;
  }
  at::Tensor adjoint(const at::Tensor& y) const override { return y * leaf_; }
  Shape domain() const override { return {1, 5, 4}; }
  Shape range() const override { return {1, 5, 4}; }
  at::ScalarType dtype() const override { return leaf_.scalar_type(); }

 protected:
  at::Tensor leaf_;
};

struct WrongAdjoint : Gain {
  using Gain::Gain;
  at::Tensor adjoint(const at::Tensor& y) const override { return y * leaf_ * (1.0 + 1e-8); }
};
struct WrongInputGradient : Gain {
  using Gain::Gain;
  at::Tensor forward(const at::Tensor& x) const override {
    return straight_through(x, Gain::forward(x));
  }
};
struct LostParameterGradient : Gain {
  using Gain::Gain;
  at::Tensor forward(const at::Tensor& x) const override { return x * leaf_.detach(); }
};
struct GivesNan : Gain {
  using Gain::Gain;
  at::Tensor forward(const at::Tensor& x) const override {
    return Gain::forward(x) * std::numeric_limits<double>::quiet_NaN();
  }
};
struct MixesTheBatch : Gain {
  using Gain::Gain;
  at::Tensor forward(const at::Tensor& x) const override {
    return Gain::forward(x) + x.mean(0, true) * 1e-6;
  }
};
struct Counts : Gain {
  using Gain::Gain;
  at::Tensor forward(const at::Tensor& x) const override {
    return Gain::forward(x) + 1e-9 * ++calls;
  }
  static inline int calls = 0;
};
struct TakesEverything : Gain {
  using Gain::Gain;
  at::Tensor forward(const at::Tensor& x) const override { return x * leaf_; }
};
struct LosesDigits : Gain {
  using Gain::Gain;
  at::Tensor forward(const at::Tensor& x) const override {
    return dtype() == at::kFloat ? Gain::forward(x).to(at::kBFloat16).to(at::kFloat)
                                 : Gain::forward(x);
  }
};
struct HangsNothing : Gain {
  HangsNothing(const Params& params, const BuildContext& context)
      : Gain(params, without_parameters(context)) {}
  static BuildContext without_parameters(BuildContext context) {
    context.parameters = nullptr;
    return context;
  }
};

/// Normal noise of standard deviation 1, sound.
class Unit : public Likelihood {
 public:
  struct Params {};
  static void describe(Schema<Params>& s) { s.summary("Normal noise of standard deviation 1."); }
  Unit(const Params&, const BuildContext&) {}
  at::Tensor sample(const at::Tensor& mean, RandomStream& random) const override {
    return mean + random.normal(mean.sizes(), mean.scalar_type());
  }
  at::Tensor negative_log_likelihood(const at::Tensor& mean,
                                     const at::Tensor& counts) const override {
    return residual(mean, counts).square().sum(at::IntArrayRef{1, 2, 3}) * 0.5;
  }
  at::Tensor gradient(const at::Tensor& mean, const at::Tensor& counts) const override {
    return residual(mean, counts);
  }
  at::Tensor fisher_weight(const at::Tensor& mean) const override { return at::ones_like(mean); }
  Quadratic quadratic(const at::Tensor& counts) const override {
    return {counts.nan_to_num(), counts.isfinite().to(counts.scalar_type())};
  }

 protected:
  static at::Tensor residual(const at::Tensor& mean, const at::Tensor& counts) {
    return (mean - counts).nan_to_num(0.0);
  }
};
struct WrongScore : Unit {
  using Unit::Unit;
  at::Tensor gradient(const at::Tensor& mean, const at::Tensor& counts) const override {
    return residual(mean, counts) * 1.001;
  }
};
struct WrongFisher : Unit {
  using Unit::Unit;
  at::Tensor fisher_weight(const at::Tensor& mean) const override {
    return at::ones_like(mean) * 1.2;
  }
};
struct BiasedSamples : Unit {
  using Unit::Unit;
  at::Tensor sample(const at::Tensor& mean, RandomStream& random) const override {
    return Unit::sample(mean, random) + 0.05;
  }
};
struct CountsDeadPixels : Unit {
  using Unit::Unit;
  at::Tensor gradient(const at::Tensor& mean, const at::Tensor& counts) const override {
    return mean - counts;
  }
};

/// R(v) = weight |v|_1, sound.
class Sparse : public Prior {
 public:
  struct Params {
    double weight = 0.5;
  };
  static void describe(Schema<Params>& s) {
    s.summary("Few values differ from 0.");
    s.key("weight", &Params::weight).at_least(0.0).doc("Factor of the term.");
  }
  Sparse(const Params& params, const BuildContext&) : weight_(params.weight) {}
  std::string name() const override { return "subject"; }
  bool has_value() const override { return true; }
  bool has_prox() const override { return true; }
  at::Tensor value(const at::Tensor& v) const override {
    return v.abs().sum(at::IntArrayRef{1, 2, 3}) * weight_;
  }
  at::Tensor prox(const at::Tensor& v, double step) const override {
    return shrunk(v, step * weight_);
  }

 protected:
  static at::Tensor shrunk(const at::Tensor& v, double by) {
    return v.sign() * (v.abs() - by).clamp_min(0.0);
  }
  double weight_;
};
struct ShrinksTooMuch : Sparse {
  using Sparse::Sparse;
  at::Tensor prox(const at::Tensor& v, double step) const override {
    return shrunk(v, step * weight_ * 1.05);
  }
};
struct WrongPriorGradient : Sparse {
  using Sparse::Sparse;
  bool has_gradient() const override { return true; }
  at::Tensor gradient(const at::Tensor& v) const override { return v.sign() * weight_ * 1.01; }
};

/// Gradient descent with a fixed step, sound.
class Descent : public Solver {
 public:
  struct Params {};
  struct State : SolverState {
    at::Tensor x;
  };
  static void describe(Schema<Params>& s) { s.summary("Gradient descent with a fixed step."); }
  Descent(const Params&, const BuildContext&) {}
  std::unique_ptr<SolverState> init(const Problem& problem) const override {
    auto state = std::make_unique<State>();
    state->x = linear(problem).adjoint(problem.counts);
    return state;
  }
  void step(const Problem& problem, SolverState& base) const override {
    auto& state = static_cast<State&>(base);
    const at::Tensor residual = problem.model->forward(state.x) - problem.counts;
    state.x = state.x - linear(problem).adjoint(residual) * 0.5;
  }
  at::Tensor estimate(const Problem& problem, const SolverState& state) const override {
    return problem.model->forward(static_cast<const State&>(state).x);
  }
  Monitor monitor(const Problem& problem, const SolverState&) const override {
    return {{"zero", std::vector<double>(items(problem), 0.0)}};
  }
  std::vector<double> relative_change(const SolverState& state) const override {
    return std::vector<double>(
        static_cast<std::size_t>(static_cast<const State&>(state).x.size(0)));
  }
  std::int64_t iterations() const override { return 5; }
  double bytes_per_unknown() const override { return 8.0; }

 protected:
  static const LinearOperator& linear(const Problem& problem) {
    return dynamic_cast<const LinearOperator&>(*problem.model);
  }
  static std::size_t items(const Problem& problem) {
    return static_cast<std::size_t>(problem.counts.size(0));
  }
};
struct RemembersItsLastSolve : Descent {
  using Descent::Descent;
  at::Tensor estimate(const Problem& problem, const SolverState& state) const override {
    return Descent::estimate(problem, state) * (1.0 + 1e-12 * ++solves);
  }
  mutable int solves = 0;
};
struct SharesAStep : Descent {
  using Descent::Descent;
  at::Tensor estimate(const Problem& problem, const SolverState& state) const override {
    const at::Tensor x = Descent::estimate(problem, state);
    return x + x.mean() * 1e-6;
  }
};

TEST(ConformanceSuite, PassesWhatIsSound) {
  EXPECT_TRUE((sound<Operator, Gain>()));
  EXPECT_TRUE((sound<Likelihood, Unit>()));
  EXPECT_TRUE((sound<Prior, Sparse>()));
  EXPECT_TRUE((sound<Solver, Descent>()));
}

TEST(ConformanceSuite, FindsAWrongAdjoint) {
  EXPECT_TRUE((found<Operator, WrongAdjoint>("adjoint gap, float64")));
}

TEST(ConformanceSuite, FindsAWrongGradient) {
  EXPECT_TRUE((found<Operator, WrongInputGradient>("gradient of the input")));
  EXPECT_TRUE((found<Operator, LostParameterGradient>("gradient of model.strength")));
  EXPECT_TRUE((found<Likelihood, WrongScore>("gradient() against autograd of nll")));
  EXPECT_TRUE((found<Likelihood, WrongScore>("gradient() against differences of nll")));
  EXPECT_TRUE((found<Prior, WrongPriorGradient>("gradient() against differences of value()")));
}

TEST(ConformanceSuite, FindsNan) {
  EXPECT_TRUE((found<Operator, GivesNan>("forward is not finite")));
  EXPECT_TRUE((found<Likelihood, CountsDeadPixels>("a dead pixel has a gradient")));
}

TEST(ConformanceSuite, FindsItemsThatInfluenceEachOther) {
  EXPECT_TRUE((found<Operator, MixesTheBatch>("batch of two against two singles")));
  EXPECT_TRUE((found<Solver, SharesAStep>("batch of two against two singles")));
}

TEST(ConformanceSuite, FindsResultsThatDoNotRepeat) {
  EXPECT_TRUE((found<Operator, Counts>("differs when it is built and run again")));
  EXPECT_TRUE((found<Solver, RemembersItsLastSolve>("it keeps a state")));
}

TEST(ConformanceSuite, FindsUncheckedInputAndLostPrecision) {
  EXPECT_TRUE((found<Operator, TakesEverything>("a wrong dtype throws no LogicError")));
  EXPECT_TRUE((found<Operator, LosesDigits>("forward, float32 against float64")));
}

TEST(ConformanceSuite, FindsALeafThatIsNotInTheTree) {
  EXPECT_TRUE((found<Operator, HangsNothing>("1 keys can be trained, but hangs 0")));
}

TEST(ConformanceSuite, FindsWrongStatistics) {
  EXPECT_TRUE((found<Likelihood, WrongFisher>("|score^2 - Fisher|")));
  EXPECT_TRUE((found<Likelihood, BiasedSamples>("|mean score|")));
}

TEST(ConformanceSuite, FindsAProxThatIsNotTheMinimiser) {
  EXPECT_TRUE((found<Prior, ShrinksTooMuch>("prox: excess over search")));
}

TEST(ConformanceSuite, FindsAnIncompleteDescription) {
  ObjectSchema schema;
  KeySchema& key = schema.keys.emplace_back();
  key.name = "strength";
  Findings findings("subject");
  check_schema(schema, "subject", findings);
  EXPECT_TRUE(findings.violates("subject has no summary"));
  EXPECT_TRUE(findings.violates("subject.strength has no sentence"));
}

TEST(ConformanceSuite, FindsADumpThatReadsBackToSomethingElse) {
  Registry registry;
  ComponentType type = *registry_of<Operator, Gain>().all().front();
  auto schema = std::make_shared<ObjectSchema>(*type.schema);
  schema->keys.front().write = [](const void* params) -> std::optional<Node> {
    const double strength = static_cast<const Gain::Params*>(params)->strength;
    return Node::make_scalar(std::to_string(strength * 2.0));
  };
  type.schema = schema;
  const ComponentType& added = registry.add(type);
  Findings findings("subject");
  check_reading(read_subject("model: {type: subject}", "example.yaml", added, registry), findings);
  EXPECT_TRUE(findings.violates("written, read and written again it differs"));
}

TEST(ConformanceSuite, FindsAKindThatNobodyExamines) {
  Registry registry;
  ComponentType type = *registry_of<Operator, Gain>().all().front();
  type.kind = "telescope";
  const ComponentType& added = registry.add(type);
  const Subject subject =
      read_subject("telescope: {type: subject}", "example.yaml", added, registry);
  Findings findings("subject");
  check_behaviour(subject, nullptr, findings);
  EXPECT_TRUE(findings.violates("the kind telescope has no conformance checks"));
}

TEST(ConformanceSuite, NanNeverPassesALimit) {
  Findings findings("subject");
  findings.measure("gap", std::numeric_limits<double>::quiet_NaN(), 1e30);
  EXPECT_FALSE(findings.good());
}

}  // namespace
}  // namespace parfocal::conformance
