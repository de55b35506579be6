import Architectures
import GGUF
import JSON
import Tokenizers

/// Description of the tokenizer in a model's files.
struct DescribedTokenizer: Sendable {
  /// Tokenizer, or the error that prevents it.
  let tokenizer: Result<Tokenizer, ModelError>
  /// Whether windows begin with a special token by default.
  private let begins: Bool
  /// Special token to begin windows with; nil if no file names one.
  private let namedToken: Int?

  /// Description for a model, read once.
  static func of(_ model: Model) throws(ModelError) -> DescribedTokenizer {
    try model.tokenizerMemo.value { () throws(ModelError) in try DescribedTokenizer(model) }
  }

  private init(_ model: Model) throws(ModelError) {
    switch model.checkpoint.naming {
    case .transformers: try self.init(byFilesOf: model)
    case .gguf: try self.init(byMetadataOf: model)
    }
  }

  func beginningToken(
    _ beginning: ModelTokenizer.Beginning, path: String
  ) throws(ModelError) -> Int? {
    let begins =
      switch beginning {
      case .always: true
      case .never: false
      case .auto: begins
      }
    guard !begins || namedToken != nil else { throw .noBeginningToken(path: path) }
    return begins ? namedToken : nil
  }

  /// Reads `tokenizer.json`, or the files instead of it, and the files beside it.
  private init(byFilesOf model: Model) throws(ModelError) {
    let path = model.path
    tokenizer = Result { () throws(ModelError) in
      try Self.tokenizer(VocabularyFiles.tokenizerJSON(of: model.checkpoint), path: path)
    }
    let known = try? tokenizer.get()
    let leading = known?.leadingSpecialToken.map(Int.init)
    let settings = try model.checkpoint.document("tokenizer_config.json").map { JSONField($0) }
    let named: Int?
    do throws(JSONFieldError) {
      begins = try settings?.optional("add_bos_token")?.bool() ?? (leading != nil)
      named = try Self.namedToken(settings, known)
    } catch {
      throw .configuration(path: path, file: "tokenizer_config.json", error)
    }
    let configuration = try model.checkpoint.document("config.json")
    let key = "bos_token_id"
    let configured =
      configuration?.object?[key]?.int ?? LanguageConfiguration(configuration)?.object[key]?.int
    namedToken = leading ?? named ?? configured
  }

  /// Reads the keys of a GGUF file.
  private init(byMetadataOf model: Model) throws(ModelError) {
    let path = model.path
    let vocabulary: GGUFVocabulary?
    do {
      vocabulary = try model.checkpoint.metadata().flatMap { metadata throws(GGUFError) in
        try GGUFVocabulary(metadata)
      }
    } catch let error as GGUFError {
      throw .gguf(error)
    } catch let error as ModelError {
      throw error
    } catch {
      preconditionFailure("unexpected error: \(error)")
    }
    tokenizer = Result { () throws(ModelError) in try Self.tokenizer(vocabulary, path: path) }
    let known = try? tokenizer.get()
    begins = known.map { $0.leadingSpecialToken != nil } ?? vocabulary?.addsBeginning ?? false
    // Files name ids like 4294967295 for none.
    let named = vocabulary.flatMap { vocabulary in
      vocabulary.beginningID.flatMap { vocabulary.tokens.indices.contains($0) ? $0 : nil }
    }
    namedToken = named ?? known?.leadingSpecialToken.map(Int.init)
  }

  private static func tokenizer(
    _ bytes: [UInt8]?, path: String
  ) throws(ModelError) -> Tokenizer {
    guard let bytes else { throw .noTokenizer(path: path) }
    do {
      return try Tokenizer(tokenizerJSON: bytes)
    } catch {
      throw .tokenizer(path: path, file: "tokenizer.json", error)
    }
  }

  private static func tokenizer(
    _ vocabulary: GGUFVocabulary?, path: String
  ) throws(ModelError) -> Tokenizer {
    guard let vocabulary else { throw .noTokenizer(path: path) }
    do {
      return try Tokenizer(vocabulary)
    } catch {
      throw .tokenizer(path: path, file: "the metadata", error)
    }
  }

  /// `bos_token` is a string, or an object with its content.
  private static func namedToken(
    _ settings: JSONField?, _ tokenizer: Tokenizer?
  ) throws(JSONFieldError) -> Int? {
    guard let field = try settings?.optional("bos_token") else { return nil }
    let content =
      field.value.object == nil ? try field.string() : try field.member("content").string()
    return tokenizer?.id(of: content).map(Int.init)
  }
}
