package import Calibration
package import Containers
package import DMOE
package import Experts
package import Kernels

/// Inputs, outputs and choices of a partition.
package struct PartitionRequest: Sendable {
  package var modelPath: String
  /// Description of the model's family; nil for a known one.
  package var familyPath: String?
  package var outputPath: String
  package var reportPath: String
  /// Calibration text, if any.
  package var text: TextRequest?
  /// Texts that the report shows token by token.
  package var shownPaths: [String] = []
  /// Statistics made earlier, if any.
  package var statisticsPath: String?
  /// Importance matrix of llama.cpp, if any.
  package var matrixPath: String?
  package var recipe = Recipe.dynamoe
  /// Nil for the recipe's.
  package var importance: Importance?
  /// Nil for the recipe's.
  package var widths: ExpertWidths?
  /// Nil for the default.
  package var alignment: Int?
  package var routers = RouterChoice.none
  /// Nil for the recipe's; 0 for none.
  package var compensationRank: Int?
  /// Whether experts skip neurons by their gates; nil for the recipe's choice, where routers allow it.
  package var skips: Bool?
  /// Number of times that compensation and routers are refitted to the routers' choices.
  package var rounds = 0
  package var seed: UInt64 = 0
  package var compression = DMOECompression.lossless
  /// Whether the weights stay in the dense checkpoint.
  package var isOverlay = false
  /// Whether calibration tokens are kept in the container, for refits of its experts.
  package var keepsTokens = true
  /// Precision of products with weights.
  package var precision = Precision.f32
  /// Treatment of quantised down projections.
  package var down = RingEncoding.keep
  /// Whether existing outputs are replaced.
  package var force = false
  /// Program named in the outputs.
  package var generator: String

  /// Request with the defaults of a partition without text.
  package init(modelPath: String, outputPath: String, reportPath: String, generator: String) {
    self.modelPath = modelPath
    self.outputPath = outputPath
    self.reportPath = reportPath
    self.generator = generator
  }

  /// Path of the report's page, beside the report.
  package var pagePath: String {
    let ending = ".json"
    return (reportPath.hasSuffix(ending) ? String(reportPath.dropLast(ending.count)) : reportPath)
      + ".html"
  }

  /// Folder of the artefact store.
  package var resumptionPath: String { outputPath + ".resume" }
}
