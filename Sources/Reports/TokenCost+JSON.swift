import Evaluation
import JSON

extension TokenCost {
  /// Measured speeds, which differ from run to run.
  var times: JSONObject {
    var times = JSONObject()
    times["tokens_per_second"] = JSONValue(tokensPerSecond)
    times["ffn_tokens_per_second"] = JSONValue(feedForwardTokensPerSecond)
    times["single_ffn_tokens_per_second"] = JSONValue(singleFeedForwardTokensPerSecond)
    return times
  }
}
