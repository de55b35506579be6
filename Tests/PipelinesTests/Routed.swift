import Calibration
import Containers
import DMOE
import Experts
import Kernels
import Pipelines
import TestSupport
import Work

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
    var request = PartitionRequest(
      modelPath: Fixture.model, outputPath: path, reportPath: path + ".json",
      generator: "tests")
    request.text = text
    request.recipe = recipe
    request.importance = .magnitude
    request.widths = widths
    request.routers = .kind(recipe == .dynamoe ? .linear : .mlp)
    request.compensationRank = compensationRank
    request.compression = .none
    _ = try Partition(request).run(Context(Parallel(threads: 2)))
  }
}
