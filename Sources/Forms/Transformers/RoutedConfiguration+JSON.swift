import Architectures
import DMOE
import Experts
package import JSON

extension RoutedConfiguration {
  /// Member of `config.json` that describes the form.
  package static let key = "dynamoe"
  private static let version = 1

  /// Value of ``key``.
  package var document: JSONValue {
    var source = JSONObject([.init(name: "model_type", value: .string(modelType))])
    source["architectures"] = architectures.map { .array($0.map(JSONValue.string)) }
    var document = JSONObject([
      .init(name: "version", value: .int(Self.version)),
      .init(name: "source", value: .object(source)),
      .init(name: "family", value: .string(family)),
      .init(name: "importance", value: .string(importance)),
    ])
    document["recipe"] = recipe.map(JSONValue.string)
    document["widths"] = .array(widths.map { .array($0.map(JSONValue.int)) })
    document["router"] = router
    document["compensation"] = compensation
    document["skipping"] = routing?.skips == true ? true : .null
    document["sensitivities"] = sensitivities.map { .array($0.map(JSONValue.double)) } ?? .null
    document["budgets"] = budgets.map(Self.document) ?? .null
    return .object(document)
  }

  private var router: JSONValue {
    guard let routing else { return .null }
    var router = JSONObject([
      .init(name: "kind", value: .string(routing.router.rawValue)),
      .init(name: "predicts", value: .string(routing.target.rawValue)),
    ])
    if routing.router == .mlp { router["hidden"] = .array(hidden.map(JSONValue.int)) }
    return .object(router)
  }

  private var compensation: JSONValue {
    guard let rank = routing?.compensationRank else { return .null }
    return ["rank": .int(rank)]
  }

  private static func document(_ budgets: BudgetTable) -> JSONValue {
    func rows(_ rows: [[Double]]) -> JSONValue {
      .array(rows.map { .array($0.map(JSONValue.double)) })
    }
    var document = JSONObject([
      .init(name: "table", value: rows(budgets.rows.map { [$0.cost, $0.routed, $0.oracle] })),
      .init(name: "ends", value: .array([.double(budgets.smallest), 1])),
    ])
    document["window"] = budgets.windowRows.map { rows($0.map { [$0.cost, $0.price] }) }
    return .object(document)
  }

  /// Whether a `config.json` belongs to a routed folder.
  package static func isRouted(_ configuration: JSONValue?) -> Bool {
    configuration?.object?[key]?.object != nil
  }

  /// Parses the value of ``key``.
  package init(_ field: JSONField) throws(JSONFieldError) {
    _ = try field.member("version").int(in: Self.version...Self.version)
    let source = try field.member("source")
    var widths: [[Int]] = []
    for layer in try field.member("widths").elements() {
      let found = try layer.numbers(in: 1...1 << 24)
      guard !found.isEmpty, found.count == widths.first?.count ?? found.count,
        zip(found, found.dropFirst()).allSatisfy({ $0 < $1 }),
        found.last == widths.first?.last ?? found.last
      else {
        throw layer.mismatch(
          expected: "increasing widths, equal in number and in the last width in all layers")
      }
      widths.append(found)
    }
    let router = try field.optional("router")
    let skips = try field.optional("skipping")?.bool() ?? false
    let routing = try router.map { (router) throws(JSONFieldError) in
      try Self.routing(
        router, rank: field.optional("compensation")?.member("rank"), skips: skips)
    }
    guard routing != nil || !skips else {
      throw try field.member("skipping").mismatch(expected: "null, as there are no routers")
    }
    let hidden =
      try routing?.router == .mlp
      ? router?.member("hidden").numbers(in: 1...1 << 24) : nil
    guard hidden.map({ $0.count == widths.count }) ?? true else {
      throw field.mismatch(expected: "a router width for each of \(widths.count) layers")
    }
    let sensitivities = try field.optional("sensitivities")
      .map { (sensitivities) throws(JSONFieldError) in
        guard routing?.target == .logError else {
          throw sensitivities.mismatch(expected: "null, as no routers predict errors")
        }
        return try Self.sensitivities(sensitivities, layers: widths.count)
      }
    self.init(
      modelType: try Self.modelType(source.member("model_type")),
      architectures: try source.optional("architectures")?.elements().compactMap(\.value.string),
      family: try field.member("family").string(),
      importance: try field.member("importance").string(),
      recipe: try field.optional("recipe")?.string(), widths: widths, routing: routing,
      hidden: hidden ?? [],
      budgets: try field.optional("budgets").map(Self.budgets),
      sensitivities: sensitivities)
  }

  /// Parses a `model_type`; only known ones are accepted, because it is copied into Python code.
  private static func modelType(_ field: JSONField) throws(JSONFieldError) -> String {
    let name = try field.string()
    guard isExportable(name) else {
      throw field.mismatch(expected: "the model_type of a known family of decoders")
    }
    return name
  }

  private static func routing(
    _ field: JSONField, rank: JSONField?, skips: Bool
  ) throws(JSONFieldError) -> RoutingDescription {
    let kind = try field.member("kind")
    let predicts = try field.member("predicts")
    guard let router = RouterKind(rawValue: try kind.string()) else {
      throw kind.mismatch(expected: "mlp or linear")
    }
    guard let target = RouterTarget(rawValue: try predicts.string()) else {
      throw predicts.mismatch(expected: "similarity or log_error")
    }
    guard target == .logError || !skips else {
      throw predicts.mismatch(expected: "log_error, as skipping needs a price")
    }
    return RoutingDescription(
      router: router, target: target, compensationRank: try rank?.int(in: 1...1 << 24),
      skips: skips)
  }

  private static func sensitivities(
    _ field: JSONField, layers: Int
  ) throws(JSONFieldError) -> [Double] {
    let numbers = field.value.array?.compactMap(\.double) ?? []
    guard numbers.count == layers, numbers.allSatisfy({ $0.isFinite && $0 > 0 }) else {
      throw field.mismatch(expected: "a number above 0 for each of \(layers) layers")
    }
    return numbers
  }

  private static func budgets(_ field: JSONField) throws(JSONFieldError) -> BudgetTable {
    let rows = try field.member("table").rows(of: 3, "a cost and two knobs").map {
      BudgetTable.Row(cost: $0[0], routed: $0[1], oracle: $0[2])
    }
    let windowRows = try field.optional("window")?.rows(of: 2, "a cost and a price").map {
      BudgetTable.WindowRow(cost: $0[0], price: $0[1])
    }
    let ends = try field.member("ends")
    let costs = ends.value.array?.compactMap(\.double) ?? []
    guard costs.count == 2, costs[1] == 1 else {
      throw ends.mismatch(expected: "the costs of the smallest expert and of the full one, 1")
    }
    return BudgetTable(smallest: costs[0], rows: rows, windowRows: windowRows)
  }
}

extension JSONField {
  fileprivate func numbers(in range: ClosedRange<Int>) throws(JSONFieldError) -> [Int] {
    var numbers: [Int] = []
    for element in try elements() { numbers.append(try element.int(in: range)) }
    return numbers
  }

  /// Rows of as many numbers as stated.
  fileprivate func rows(
    of count: Int, _ expected: String
  ) throws(JSONFieldError) -> [[Double]] {
    var rows: [[Double]] = []
    for row in try elements() {
      let numbers = row.value.array?.compactMap(\.double) ?? []
      guard numbers.count == count else { throw row.mismatch(expected: expected) }
      rows.append(numbers)
    }
    return rows
  }
}
