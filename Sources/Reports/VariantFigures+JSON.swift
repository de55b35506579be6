package import Evaluation
package import JSON

extension VariantFigures {
  /// The figures under the names of design section 5; what was not measured is null.
  package var document: JSONObject {
    var document = JSONObject()
    document["name"] = .string(variant.name)
    if case .expert(let expert) = variant { document["expert"] = .int(expert) }
    if case .choosing(_, let threshold) = variant { document["threshold"] = .double(threshold) }
    document["perplexity"] = .double(perplexity)
    document["perplexity_standard_error"] = .double(perplexityError)
    document["active_ffn_fraction"] = .double(activeFFNFraction)
    document["router_fraction"] = .double(routerFraction)
    document["cost_fraction"] = .double(costFraction)
    document["mean_kld"] = JSONValue(meanKLD)
    document["same_top_p"] = JSONValue(sameTopP)
    document["tokens_per_second"] = JSONValue(tokensPerSecond)
    return document
  }
}
