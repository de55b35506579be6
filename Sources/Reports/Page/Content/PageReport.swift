import Architectures
import JSON

/// Fields of a report that the page shows.
struct PageReport: Sendable {
  struct Source: Sendable {
    let name: String
    let family: String
    let layers: Int
    let hiddenSize: Int
    let neurons: NeuronCounts
    let parameters: Int
    let bytes: Int
    let fingerprint: String
  }

  struct Calibration: Sendable {
    let tokens: Int
    let textDigests: [String]
  }

  struct Expert: Sendable {
    let bytes: Int
    let activeFFNFraction: Double
  }

  struct Output: Sendable {
    let name: String
    let bytes: Int
    let isOverlay: Bool
    let recoded: Int
    let experts: [Expert]
  }

  let generator: String
  let source: Source
  let calibration: Calibration?
  /// Names of the texts of the importance matrix that ranked the neurons, if one did.
  let matrixTexts: [String]?
  let plan: PagePlan
  let output: Output
  let routing: PageRouting?
  let heldOut: PageHeldOut?
  let timing: [PageTiming]
  let recommendations: [PageRecommendation]
  let passages: [PagePassage]
  let tokenKinds: PageTokenKinds?
  let warnings: [String]

  init(_ field: JSONField) throws(JSONFieldError) {
    _ = try field.member("schema").mustBe("dynamoe.report")
    _ = try field.member("schema_version").int(in: 1...1)
    generator = try field.member("generator").string()
    source = try Source(field.member("source"))
    calibration = try field.optional("calibration", Calibration.init)
    matrixTexts = try field.optional("imatrix") { field throws(JSONFieldError) in
      try field.list("datasets") { field throws(JSONFieldError) in try field.string() }
    }
    plan = try PagePlan(field.member("plan"))
    output = try Output(field.member("output"))
    routing = try field.optional("routing", PageRouting.init)
    heldOut = try field.optional("held_out", PageHeldOut.init)
    timing = try field.list("timing", PageTiming.init)
    recommendations = try field.list("recommendations", PageRecommendation.init)
    passages = try field.list("passages", PagePassage.init)
    tokenKinds = try field.optional("token_kinds", PageTokenKinds.init)
    warnings = try field.list("warnings") { field throws(JSONFieldError) in try field.string() }
  }
}

extension PageReport.Source {
  fileprivate init(_ field: JSONField) throws(JSONFieldError) {
    name = try field.member("name").string()
    family = try field.member("family").string()
    layers = try field.member("layers").int(in: 1...1 << 20)
    hiddenSize = try field.member("hidden_size").int()
    neurons = try NeuronCounts(report: field, layers: layers)
    parameters = try field.member("parameter_count").int()
    bytes = try field.member("bytes").int()
    fingerprint = try field.member("fingerprint").string()
  }
}

extension PageReport.Calibration {
  fileprivate init(_ field: JSONField) throws(JSONFieldError) {
    tokens = try field.member("tokens").int()
    textDigests = try field.list("parts") { field throws(JSONFieldError) in
      try field.member("text_sha256").string()
    }
  }
}

extension PageReport.Output {
  fileprivate init(_ field: JSONField) throws(JSONFieldError) {
    name = try field.member("name").string()
    bytes = try field.member("bytes").int()
    isOverlay = try field.optional("overlay")?.bool() ?? false
    recoded = try field.optional("recoded")?.elements().count ?? 0
    experts = try field.list("experts") { field throws(JSONFieldError) in
      PageReport.Expert(
        bytes: try field.member("bytes").int(),
        activeFFNFraction: try field.member("active_ffn_fraction").double())
    }
  }
}
