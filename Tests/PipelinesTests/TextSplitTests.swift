import Calibration
import Checkpoints
import Containers
import DMOE
import Experts
import Kernels
import Pipelines
import TestSupport
import Testing
import Work

/// Split of a text into parts for ranking and for measuring, as shown in a preview.
@Suite struct TextSplitTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  @Test(arguments: [(1000, 1000, 500), (7, 7, 3), (4, 4, 2), (3000, 3000, 1500)])
  func `a long text gives what was asked for, and half as much is held out`(
    maximum: Int, calibration: Int, heldOut: Int
  ) throws {
    let path = Fixture.calibrationText
    let preview = try partition(path, maximum).preview(Context(.serial))
    #expect(preview.calibrationTokens == calibration && preview.heldOutTokens == heldOut)
  }

  @Test func `a short text gives two thirds and one third`() throws {
    for words in [6, 7, 8, 9, 40, 100] {
      let path = try folder.write(Array(String(repeating: "a b ", count: words).utf8), to: "text")
      let count = try tokens(path)
      let preview = try partition(path, nil).preview(Context(.serial))
      #expect(preview.calibrationTokens + preview.heldOutTokens == count)
      #expect(preview.calibrationTokens == (2 * count + 2) / 3, "\(count) tokens")
    }
  }

  @Test func `a text with nothing to predict on one side is refused`() throws {
    let path = try folder.write(Array("a".utf8), to: "text")
    let error = try #require(throws: CalibrationError.self) {
      try partition(path, nil).preview(Context(.serial))
    }
    guard case .tooShort(_, _, needed: 6, purpose: _) = error else {
      Issue.record("\(error)")
      return
    }
  }

  @Test func `where the weights are ranked, no text is used for calibration`() throws {
    let path = Fixture.calibrationText
    let preview = try partition(path, 1000, importance: .weights).preview(Context(.serial))
    #expect(preview.calibrationTokens == 0 && preview.heldOutTokens == 500)
  }

  private func request(_ path: String, _ maximum: Int?) -> TextRequest {
    TextRequest(
      paths: [path], maximumTokens: maximum, context: 64, beginning: .auto, parsingSpecial: false)
  }

  private func tokens(_ path: String) throws -> Int {
    let model = try Model(path: Fixture.model)
    return try TextTokens(request(path, nil), model: model, limit: .max).tokens.count
  }

  private func partition(
    _ text: String, _ maximum: Int?, importance: Importance = .magnitude
  ) -> Partition {
    var partition = PartitionRequest(
      modelPath: Fixture.model, outputPath: folder.path("out.dmoe"),
      reportPath: folder.path("out.report.json"), generator: "tests")
    partition.text = request(text, maximum)
    partition.importance = importance
    partition.widths = .equal(experts: 4)
    return Partition(partition)
  }
}
