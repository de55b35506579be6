import Architectures
import ByteIO
import Checkpoints
import DMOE
import Experts
import JSON
import Reports

enum ReportCheck: Check {
  static let id = "report"
  static let summary = """
    The report beside the file, if there is one, is complete, and gives the same model, plan, \
    experts and lengths.
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
      let document = try JSONScanner.scan(bytes)
      _ = try ReportPage(document: document)
      let report = JSONField(document)
      let directory = container.directory
      let plan = try report.member("plan")
      try expect(report.member("source"), directory.model)
      try expect(plan, directory)
      if let routing = directory.routing,
        let stated = try BudgetTable(container, target: routing.target)
      {
        try expect(plan.member("budgets"), stated)
      }
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
        _ = try field.member("expert").int(in: expert...expert)
      }
      return .passed("\(Folder.name(of: String(path))) matches this file")
    } catch let error as JSONFieldError {
      return .failed("\(path): \(error)")
    } catch let error as JSONError {
      return .failed("\(path): \(error)")
    }
  }

  private static func expect(
    _ source: JSONField, _ model: DMOEDirectory.Model
  ) throws(JSONFieldError) {
    _ = try source.member("family").mustBe(model.family)
    for (name, number) in [
      ("layers", model.layers), ("hidden_size", model.hiddenSize),
    ] {
      _ = try source.member(name).int(in: number...number)
    }
    guard try NeuronCounts(report: source, layers: model.layers) == model.neurons else {
      throw JSONFieldError(
        field: source.path, expected: "the widths of the file", found: "others")
    }
  }

  private static func expect(
    _ plan: JSONField, _ directory: DMOEDirectory
  ) throws(JSONFieldError) {
    _ = try plan.member("importance").mustBe(directory.importance)
    if let recipe = directory.recipe { _ = try plan.member("recipe").mustBe(recipe) }
    _ = try plan.member("experts").int(in: directory.experts...directory.experts)
    guard let routing = directory.routing else { return }
    let router = try plan.member("router")
    _ = try router.member("kind").mustBe(routing.router.rawValue)
    _ = try router.member("predicts").mustBe(routing.target.rawValue)
    if let rank = routing.compensationRank {
      _ = try plan.member("compensation_rank").int(in: rank...rank)
    }
  }

  /// Compares budgets as far as the file holds them, which is in single precision or better.
  private static func expect(
    _ budgets: JSONField, _ table: BudgetTable
  ) throws(JSONFieldError) {
    func compare(_ field: JSONField, _ number: Double) throws(JSONFieldError) {
      guard abs(try field.double() - number) <= 1e-6 * abs(number) else {
        throw field.mismatch(expected: "\(number)")
      }
    }
    try compare(budgets.member("smallest"), table.smallest)
    let rows = try budgets.member("rows").elements()
    guard rows.count == table.rows.count else {
      throw budgets.mismatch(expected: "\(table.rows.count) rows")
    }
    for (field, row) in zip(rows, table.rows) {
      try compare(field.member("cost"), row.cost)
      try compare(field.member("routed"), row.routed)
      try compare(field.member("oracle"), row.oracle)
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
