import Architectures
import Tensors

extension Model {
  /// Whether the model can predict a next token from the tokens before it.
  package var hasPredictions: Bool {
    !family.isEncoder && family.unrun == nil && configuration.hasHead
  }

  /// Whether one pass over a text predicts all its tokens: each from those before it alone.
  package var predictsTokens: Bool { hasPredictions && configuration.isCausal }

  /// Finds the output projection by the tensors that are there, which the configuration may not
  /// know.
  mutating func findHead() throws(ModelError) {
    guard checkpoint.naming == .transformers else { return }
    func named(_ role: TensorRole) -> TensorName? { tensorName(role).map { TensorName($0) } }
    guard let output = named(.output), let embedding = named(.tokenEmbedding),
      output != embedding
    else {
      configuration.hasHead = configuration.tiedOutput
      return
    }
    let hasOutput = checkpoint.tensor(output) != nil
    guard configuration.tiedOutput else {
      configuration.hasHead = hasOutput
      return
    }
    guard hasOutput else { return }
    if checkpoint.tensor(embedding) == nil {
      // A tied tensor has the name of either role.
      renaming.append((embedding.text, output.text))
    } else if try !checkpoint.isEqual(embedding, output) {
      configuration.tiedOutput = false
    }
  }
}
