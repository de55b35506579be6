import Evaluation
import Pipelines
import Work

extension Model {
  /// Writes the model as a `.dmoe` with the experts of a plan, lossless.
  ///
  /// The file has no routers: `dynamoe partition` fits them. The file appears under its name only
  /// once it is complete; interrupted work leaves none.
  ///
  /// - Parameters:
  ///   - plan: a plan made for this model.
  ///   - path: the file to write.
  ///   - replacing: whether an existing file is replaced.
  /// - Throws: ``DynamoeError/Category/cannotCreate`` if the file must not or cannot be created;
  ///   ``DynamoeError/Category/inputOutput`` if writing fails; ``DynamoeError/Category/data`` for a
  ///   model that is already converted, or a plan of another model.
  public func write(
    _ plan: ExpertPlan, to path: String, replacing: Bool = false
  ) throws(DynamoeError) {
    try DynamoeError.wrapping {
      try PlannedConversion(
        model: evaluator.model, plan: plan.plan, outputPath: path, force: replacing,
        generator: Release.generator
      ).run(evaluator.context)
    }
  }
}
