import Architectures
import Checkpoints
import Containers
import GGUF
import JSON
import Tokenizers

/// Keys of a GGUF file that describe the tokenizer, from the files of the source.
enum GGUFTokenizerKeys {
  private static let prefix = "tokenizer.ggml."

  static func pairs(of model: Model) throws -> [GGUFKeyValue] {
    let vocabulary = try vocabulary(of: model)
    let settings = try model.checkpoint.document("tokenizer_config.json")?.object
    var pairs = [
      pair("model", .text(vocabulary.model)), pair("tokens", .array(.string(vocabulary.tokens))),
    ]
    if let name = vocabulary.preTokenizer { pairs.insert(pair("pre", .text(name)), at: 1) }
    if let scores = vocabulary.scores { pairs.append(pair("scores", .array(.f32(scores)))) }
    if let types = vocabulary.types {
      pairs.append(pair("token_type", .array(.i32(types.map { Int32($0) }))))
    }
    if let merges = vocabulary.merges { pairs.append(pair("merges", .array(.string(merges)))) }
    let beginning = try ModelTokenizer.forTokens(model, beginning: .auto).beginningToken
    pairs += try specialTokens(model, settings, vocabulary, beginning: beginning)
    pairs.append(pair("add_bos_token", .bool(beginning != nil)))
    pairs.append(
      pair("add_eos_token", .bool(settings?["add_eos_token"]?.bool ?? vocabulary.addsEnd)))
    // Readers add a space prefix by default: only false must be written.
    if let lowercases = vocabulary.lowercases {
      pairs.append(pair("normalizer.lowercase", .bool(lowercases)))
    }
    if let stripsAccents = vocabulary.stripsAccents {
      pairs.append(pair("normalizer.strip_accents", .bool(stripsAccents)))
    }
    if model.configuration.tokenTypes > 0 {
      pairs.append(pair("token_type_count", .u32(UInt32(model.configuration.tokenTypes))))
    }
    if vocabulary.addsSpacePrefix == false { pairs.append(pair("add_space_prefix", .bool(false))) }
    return pairs + (try templates(model, settings))
  }

  private static func pair(_ key: String, _ value: GGUFValue) -> GGUFKeyValue {
    GGUFKeyValue(prefix + key, value)
  }

  private static func vocabulary(of model: Model) throws -> GGUFVocabulary {
    guard let bytes = try ModelTokenizer.json(of: model) else {
      throw FormError.notInGGUF(
        path: model.path, what: "a model without tokenizer.json beside its weights")
    }
    let pieces = try model.checkpoint.companion("tokenizer.model")
    do {
      return try GGUFVocabulary(
        tokenizerJSON: bytes, sentencePiece: pieces, count: model.configuration.vocabularySize)
    } catch {
      switch error {
      case .inexpressible(let path, let found), .unsupported(let path, let found):
        throw FormError.notInGGUF(
          path: model.path, what: "tokenizer.json: \(path): \(found)")
      default: throw ModelError.tokenizer(path: model.path, file: "tokenizer.json", error)
      }
    }
  }

  /// Special tokens, given by text in `tokenizer_config.json` or by id in `config.json`.
  private static func specialTokens(
    _ model: Model, _ settings: JSONObject?, _ vocabulary: GGUFVocabulary, beginning: Int?
  ) throws -> [GGUFKeyValue] {
    let config = LanguageConfiguration(try model.checkpoint.document("config.json"))?.object
    let kinds = [
      ("bos", "bos_token_id"), ("eos", "eos_token_id"), ("unk", "unknown_token_id"),
      ("sep", "seperator_token_id"), ("pad", "padding_token_id"), ("mask", "mask_token_id"),
    ]
    // Encoders name the tokens around a text by other words.
    let others = ["bos": "cls", "eos": "sep"]
    return kinds.compactMap { kind, key in
      let stated = settings?["\(kind)_token"] ?? others[kind].flatMap { settings?["\($0)_token"] }
      let text = stated?.string ?? stated?.object?["content"]?.string
      let named = text.flatMap { vocabulary.tokens.firstIndex(of: Array($0.utf8)) }
      let number = config?["\(kind)_token_id"]
      // The first of several end-of-text tokens is the usual one.
      let numbered = number?.int ?? number?.array?.first?.int
      let own =
        ["bos": beginning, "eos": vocabulary.endID, "unk": vocabulary.unknownID][kind] ?? nil
      let id = own ?? named ?? numbered
      guard let id, vocabulary.tokens.indices.contains(id) else { return nil }
      return pair(key, .u32(UInt32(id)))
    }
  }

  /// Chat template, and further templates by name.
  private static func templates(
    _ model: Model, _ settings: JSONObject?
  ) throws -> [GGUFKeyValue] {
    let key = "tokenizer.chat_template"
    let file = try model.checkpoint.companion("chat_template.jinja")
    if let file { return [GGUFKeyValue(key, .string(file))] }
    let stated =
      try settings?["chat_template"]
      ?? model.checkpoint.document("chat_template.json")?.object?["chat_template"]
    if let text = stated?.string { return [GGUFKeyValue(key, .text(text))] }
    let named = (stated?.array ?? []).compactMap { element -> (name: String, text: String)? in
      guard let name = element.object?["name"]?.string,
        let text = element.object?["template"]?.string
      else { return nil }
      return (name, text)
    }
    let others = named.filter { $0.name != "default" }
    let list = others.map { Array($0.name.utf8) }
    return named.map {
      GGUFKeyValue($0.name == "default" ? key : "\(key).\($0.name)", .text($0.text))
    }
      + (others.isEmpty ? [] : [GGUFKeyValue("tokenizer.chat_templates", .array(.string(list)))])
  }
}
