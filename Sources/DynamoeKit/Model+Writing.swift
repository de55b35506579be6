import Evaluation
import Pipelines

extension Model {
  /// Writes the model as a `.dmoe` whose experts are those of a plan, every bit of it kept.
  ///
  /// There are no routers in it: `dynamoe partition` fits them. The file takes its name when it is
  /// whole; work that is interrupted leaves none.
  ///
  /// - Parameters:
  ///   - plan: made for this model.
  ///   - path: the file to write.
  ///   - replacing: whether a file that is there is replaced.
  /// - Throws: ``DynamoeError/Category/cannotCreate`` where the file may not be made,
  ///   ``DynamoeError/Category/inputOutput`` where writing fails, ``DynamoeError/Category/data`` for a
  ///   model that is converted already, and a plan of another one.
  public func write(
    _ plan: ExpertPlan, to path: String, replacing: Bool = false
  ) throws(DynamoeError) {
    try DynamoeError.wrapping {
      try PlannedConversion(
        model: evaluator.model, plan: plan.plan, outputPath: path, force: replacing,
        generator: Release.generator
      ).run(parallel: evaluator.parallel, progress: evaluator.progress)
    }
  }
}
