import Evaluation
import JSON

extension Work {
  /// How fast a variant was: what is not the same twice.
  var times: JSONObject {
    var times = JSONObject()
    times["tokens_per_second"] = JSONValue(tokensPerSecond)
    times["ffn_tokens_per_second"] = JSONValue(feedForwardTokensPerSecond)
    times["single_ffn_tokens_per_second"] = JSONValue(singleFeedForwardTokensPerSecond)
    return times
  }
}
