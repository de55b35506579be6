package import Evaluation
package import JSON

extension VariantFigures {
  /// Figures under the names of `formats/report.md`, times included; null if not measured.
  package var document: JSONObject {
    JSONObject(measures.members + work.times.members)
  }

  /// Reproducible figures: all but the times.
  var measures: JSONObject {
    var document = JSONObject()
    document["name"] = .string(variant.name)
    switch variant {
    case .expert(let expert), .bare(let expert):
      document["expert"] = .int(expert)
      document["refitted"] = .bool(isRefitted)
    case .dense, .choosing: break
    }
    if case .choosing(_, .threshold(let threshold)) = variant {
      document["threshold"] = .double(threshold)
    }
    if case .choosing(_, .budget(let budget)) = variant { document["budget"] = .double(budget) }
    if case .choosing(_, .window(let budget)) = variant {
      document["window_budget"] = .double(budget)
    }
    document["perplexity"] = .double(perplexity)
    document["perplexity_standard_error"] = .double(perplexityError)
    document.set("perplexity_ratio", divergence?.perplexityRatio)
    document["active_ffn_fraction"] = .double(work.activeFFNFraction)
    document["router_fraction"] = .double(work.routerFraction)
    document["cost_fraction"] = .double(work.costFraction)
    document["window_cost_fraction"] = .double(work.windowCostFraction)
    document["parameters_per_token"] = .double(work.parametersPerToken)
    document["bytes_per_token"] = .double(work.bytesPerToken)
    document.set("mean_kld", divergence?.meanKLD)
    document["kld_percentiles"] = divergence.map { Self.document($0.kldPercentiles) } ?? .null
    document.set("mean_delta_p", divergence?.meanDeltaP)
    document.set("rms_delta_p", divergence?.rmsDeltaP)
    document.set("same_top_p", divergence?.sameTopP)
    return document
  }

  /// Element of `timing` in `formats/report.md`.
  var timing: JSONValue {
    .object(
      JSONObject([.init(name: "name", value: .string(variant.name))] + work.times.members))
  }

  private static func document(_ percentiles: [Percentile: Double]) -> JSONValue {
    var document = JSONObject()
    for percentile in Percentile.allCases {
      let name = percentile == .p999 ? "p99_9" : "\(percentile)"
      document[name] = JSONValue(percentiles[percentile])
    }
    return .object(document)
  }
}

extension JSONObject {
  /// Sets a value under its name, and its standard error beside it.
  fileprivate mutating func set(_ name: String, _ estimate: Estimate?) {
    self[name] = JSONValue(estimate?.value)
    self[name + "_standard_error"] = JSONValue(estimate?.standardError)
  }
}
