import ByteIO
import Checkpoints
import DMOE
import JSON

enum ReportCheck: Check {
  static let id = "report"
  static let summary = """
    The report beside the file, if there is one, gives the same plan, experts and lengths.
    """

  static func applies(to subject: CheckSubject) -> Bool { subject.checkpoint.container != nil }

  static func run(on subject: CheckSubject) throws -> CheckOutcome {
    guard let container = subject.checkpoint.container else { return .skipped("not a container") }
    let ending = ".dmoe"
    guard container.path.hasSuffix(ending) else { return .skipped("no report beside the file") }
    let path = container.path.dropLast(ending.count) + ".report.json"
    guard Folder.exists(String(path)) else { return .skipped("no report beside the file") }
    let bytes = try InputFile(path: String(path)).readAll(limit: 1 << 28)
    do {
      let report = JSONField(try JSONScanner.scan(bytes))
      let directory = container.directory
      let plan = try report.member("plan")
      _ = try plan.member("importance").mustBe(directory.importance)
      let layers = try plan.member("layers").elements()
      guard layers.count == directory.widths.count else {
        return .failed("the report has \(layers.count) layers, the file \(directory.widths.count)")
      }
      for (layer, widths) in zip(layers, directory.widths) {
        try expect(layer.member("widths"), widths)
      }
      let output = try report.member("output")
      // The directory states the length of the whole file, even if it was cut.
      _ = try output.member("bytes").int(in: directory.length...directory.length)
      let experts = try output.member("experts").elements()
      guard experts.count == directory.experts else {
        return .failed("the report has \(experts.count) experts, the file \(directory.experts)")
      }
      for (expert, field) in experts.enumerated() {
        let length = container.prefixLength(expert: expert)
        _ = try field.member("bytes").int(in: length...length)
      }
      return .passed("\(Folder.name(of: String(path))) matches this file")
    } catch let error as JSONFieldError {
      return .failed("\(path): \(error)")
    } catch let error as JSONError {
      return .failed("\(path): \(error)")
    }
  }

  private static func expect(_ field: JSONField, _ widths: [Int]) throws(JSONFieldError) {
    let found = try field.elements()
    guard found.count == widths.count else {
      throw field.mismatch(expected: "\(widths.count) widths")
    }
    for (field, width) in zip(found, widths) { _ = try field.int(in: width...width) }
  }
}
