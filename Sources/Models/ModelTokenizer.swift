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
    let path = model.path
    guard let bytes = try model.checkpoint.companion("tokenizer.json") else {
      throw .noTokenizer(path: path)
    }
    do {
      tokenizer = try Tokenizer(tokenizerJSON: bytes)
    } catch {
      throw .tokenizer(path: path, error)
    }
    let leading = tokenizer.leadingSpecialToken.map(Int.init)
    let settings = try model.checkpoint.document("tokenizer_config.json").map { JSONField($0) }
    let begins: Bool
    let named: Int?
    do throws(JSONFieldError) {
      switch beginning {
      case .always: begins = true
      case .never: begins = false
      case .auto: begins = try settings?.optional("add_bos_token")?.bool() ?? (leading != nil)
      }
      named = try Self.namedToken(settings, tokenizer)
    } catch {
      throw .configuration(path: path, file: "tokenizer_config.json", error)
    }
    guard begins else {
      beginningToken = nil
      return
    }
    let configured = try model.checkpoint.document("config.json")?.object?["bos_token_id"]?.int
    guard let token = leading ?? named ?? configured else { throw .noBeginningToken(path: path) }
    beginningToken = token
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
