import Calibration
import DMOE
import Experts
import Kernels
import Pipelines
import TestSupport

/// `fixtures/tiny-llama` with routers, converted once by each recipe for all tests.
enum Routed {
  private static let folder = Result<TemporaryFolder, any Error> {
    let folder = try TemporaryFolder()
    for recipe in Recipe.allCases { try convert(recipe, to: folder.path(recipe.rawValue)) }
    return folder
  }

  static func path(_ recipe: Recipe) throws -> String { try folder.get().path(recipe.rawValue) }

  /// Converts the model with a router of either kind, on little text.
  static func convert(
    _ recipe: Recipe, to path: String, widths: ExpertWidths? = nil, compensationRank: Int? = nil
  ) throws {
    let text = TextRequest(
      paths: [Fixture.calibrationText], maximumTokens: 2048, context: 256,
      beginning: .auto, parsingSpecial: false)
    _ = try Partition(
      modelPath: Fixture.model, outputPath: path, reportPath: path + ".json", text: text,
      statisticsPath: nil, recipe: recipe, importance: .magnitude, widths: widths,
      routers: .kind(recipe == .dynamoe ? .linear : .mlp), compensationRank: compensationRank,
      compression: .none, force: false, generator: "tests"
    ).run(parallel: Parallel(threads: 2), progress: .ignored)
  }
}
