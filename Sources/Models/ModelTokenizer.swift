import GGUF
import JSON
package import Tokenizers

/// The tokenizer of a model, and whether its windows begin with a special token.
package struct ModelTokenizer: Sendable {
  /// Whether windows begin with the beginning-of-sequence token.
  package enum Beginning: String, Sendable, CaseIterable {
    /// As the tokenizer's own files say.
    case auto
    case always
    case never
  }

  package let tokenizer: Tokenizer
  /// The token that windows begin with; nil for none.
  package let beginningToken: Int?

  package init(_ model: Model, beginning: Beginning) throws(ModelError) {
    let described =
      switch model.checkpoint.naming {
      case .transformers: try Described(byFilesOf: model)
      case .gguf: try Described(byMetadataOf: model)
      }
    tokenizer = described.tokenizer
    let begins =
      switch beginning {
      case .always: true
      case .never: false
      case .auto: described.begins
      }
    guard !begins || described.beginningToken != nil else {
      throw .noBeginningToken(path: model.path)
    }
    beginningToken = begins ? described.beginningToken : nil
  }
}

/// What a model says of its tokenizer.
private struct Described {
  let tokenizer: Tokenizer
  /// Whether windows begin with a token of their own.
  let begins: Bool
  /// The token that they would begin with, if one is named anywhere.
  let beginningToken: Int?

  /// By `tokenizer.json` and the files beside it.
  init(byFilesOf model: Model) throws(ModelError) {
    let path = model.path
    guard let bytes = try model.checkpoint.companion("tokenizer.json") else {
      throw .noTokenizer(path: path)
    }
    do {
      tokenizer = try Tokenizer(tokenizerJSON: bytes)
    } catch {
      throw .tokenizer(path: path, file: "tokenizer.json", error)
    }
    let leading = tokenizer.leadingSpecialToken.map(Int.init)
    let settings = try model.checkpoint.document("tokenizer_config.json").map { JSONField($0) }
    let named: Int?
    do throws(JSONFieldError) {
      begins = try settings?.optional("add_bos_token")?.bool() ?? (leading != nil)
      named = try Self.namedToken(settings, tokenizer)
    } catch {
      throw .configuration(path: path, file: "tokenizer_config.json", error)
    }
    let configured = try model.checkpoint.document("config.json")?.object?["bos_token_id"]?.int
    beginningToken = leading ?? named ?? configured
  }

  /// By the keys of a GGUF file.
  init(byMetadataOf model: Model) throws(ModelError) {
    guard let metadata = try model.checkpoint.metadata() else {
      throw .noTokenizer(path: model.path)
    }
    let vocabulary: GGUFVocabulary?
    do {
      vocabulary = try GGUFVocabulary(metadata)
    } catch {
      throw .gguf(error)
    }
    guard let vocabulary else { throw .noTokenizer(path: model.path) }
    do {
      tokenizer = try Tokenizer(vocabulary)
    } catch {
      throw .tokenizer(path: model.path, file: "the metadata", error)
    }
    begins = tokenizer.leadingSpecialToken != nil
    beginningToken = vocabulary.beginningID
  }

  /// `bos_token` is a string, or an object with its content.
  private static func namedToken(
    _ settings: JSONField?, _ tokenizer: Tokenizer
  ) throws(JSONFieldError) -> Int? {
    guard let field = try settings?.optional("bos_token") else { return nil }
    let content =
      field.value.object == nil ? try field.string() : try field.member("content").string()
    return tokenizer.id(of: content).map(Int.init)
  }
}

extension GGUFVocabulary {
  /// What the keys say of the tokenizer; nil where they say nothing.
  fileprivate init?(_ metadata: GGUFMetadata) throws(GGUFError) {
    let key = "tokenizer.ggml."
    guard let model = try metadata.stringIfPresent(key + "model"),
      let tokens = try metadata.stringsIfPresent(key + "tokens")
    else { return nil }
    self.init(
      model: model, tokens: tokens, scores: try metadata.floatsIfPresent(key + "scores"),
      types: try metadata.intsIfPresent(key + "token_type"),
      merges: try metadata.stringsIfPresent(key + "merges"),
      preTokenizer: try metadata.stringIfPresent(key + "pre"),
      beginningID: try metadata.intIfPresent(key + "bos_token_id"),
      unknownID: try metadata.intIfPresent(key + "unknown_token_id"),
      addsSpacePrefix: try metadata.boolIfPresent(key + "add_space_prefix"),
      addsBeginning: try metadata.boolIfPresent(key + "add_bos_token"))
  }
}
