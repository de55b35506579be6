import Evaluation
import JSON
import Tensors

extension RoundedFigures {
  /// Element of `held_out.quantized` in `formats/report.md`.
  var document: JSONValue {
    [
      "element_type": .string(elementType.rawValue),
      "perplexity": .double(perplexity),
      "perplexity_ratio": .double(divergence.perplexityRatio.value),
      "perplexity_ratio_standard_error": .double(divergence.perplexityRatio.standardError),
      "mean_kld": .double(divergence.meanKLD.value),
      "same_top_p": .double(divergence.sameTopP.value),
      "bytes_per_token": .int(bytesPerToken),
    ]
  }
}
