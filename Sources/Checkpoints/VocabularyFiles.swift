import JSON
import Tokenizers

/// `vocab.json` and `merges.txt`, from which Transformers builds a tokenizer where there is no
/// `tokenizer.json`.
///
/// Composes the `tokenizer.json` of the class that the files name.
struct VocabularyFiles {
  /// Class of tokenizers in Transformers, by what it adds to vocabulary and merges.
  private enum Kind {
    case gpt2, roberta, qwen2

    init?(className: String) {
      let name = className.hasSuffix("Fast") ? String(className.dropLast(4)) : className
      switch name {
      case "GPT2Tokenizer", "CodeGenTokenizer": self = .gpt2
      case "RobertaTokenizer", "BartTokenizer", "LongformerTokenizer": self = .roberta
      case "Qwen2Tokenizer": self = .qwen2
      default: return nil
      }
    }

    /// Class that Transformers takes for a model if the files name none.
    init?(modelType: String) {
      switch modelType {
      case "gpt2", "gpt_neo", "gptj", "codegen", "opt", "phi", "starcoder2": self = .gpt2
      case "roberta", "roberta-prelayernorm", "bart", "longformer": self = .roberta
      case "qwen2", "qwen3": self = .qwen2
      default: return nil
      }
    }

    /// Special tokens that need not be named.
    var defaults: [String: String] {
      switch self {
      case .gpt2: ["bos": "<|endoftext|>", "eos": "<|endoftext|>", "unk": "<|endoftext|>"]
      case .roberta:
        [
          "bos": "<s>", "eos": "</s>", "sep": "</s>", "cls": "<s>", "unk": "<unk>",
          "pad": "<pad>", "mask": "<mask>",
        ]
      case .qwen2: ["eos": "<|endoftext|>", "unk": "<|endoftext|>", "pad": "<|endoftext|>"]
      }
    }
  }

  private static let specials = ["bos", "eos", "unk", "sep", "pad", "cls", "mask"]
  private static let qwen2 =
    #"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|"#
    + #"\s*[\r\n]+|\s+(?!\S)|\s+"#

  private let kind: Kind
  private let vocabulary: JSONObject
  private let merges: [UInt8]
  private let settings: JSONObject
  private let specialTokens: JSONObject
  private let added: JSONObject

  /// Contents of `tokenizer.json`, the file itself or a composed one; nil if there is neither.
  static func tokenizerJSON(of checkpoint: Checkpoint) throws(ModelError) -> [UInt8]? {
    if let bytes = try checkpoint.companion("tokenizer.json") { return bytes }
    return try VocabularyFiles(checkpoint)?.composed
  }

  private init?(_ checkpoint: Checkpoint) throws(ModelError) {
    guard let merges = try checkpoint.companion("merges.txt"),
      let vocabulary = try checkpoint.document("vocab.json")?.object
    else { return nil }
    self.merges = merges
    self.vocabulary = vocabulary
    settings = try checkpoint.document("tokenizer_config.json")?.object ?? JSONObject()
    specialTokens = try checkpoint.document("special_tokens_map.json")?.object ?? JSONObject()
    added = try checkpoint.document("added_tokens.json")?.object ?? JSONObject()
    let modelType = try checkpoint.document("config.json")?.object?["model_type"]?.string
    let className = settings["tokenizer_class"]?.string
    let kind =
      className.map { Kind(className: $0) } ?? modelType.flatMap { Kind(modelType: $0) }
    guard let kind else {
      throw .tokenizer(
        path: checkpoint.path, file: "vocab.json",
        .unsupported(
          path: "tokenizer_class",
          found: className.map { "\"\($0)\" without tokenizer.json" }
            ?? "no class, for a model of the type \(modelType.map { "\"\($0)\"" } ?? "unknown"),"))
    }
    self.kind = kind
  }

  private var composed: [UInt8] {
    var model = JSONObject()
    model["type"] = "BPE"
    model["vocab"] = .object(vocabulary)
    model["merges"] = .array(
      merges.split(separator: 0x0A).map { line in
        let line = line.last == 0x0D ? line.dropLast() : line
        return .string(String(decoding: line, as: UTF8.self))
      }.filter { $0 != "" })
    var document = JSONObject()
    document["version"] = "1.0"
    document["added_tokens"] = .array(addedTokens)
    if kind == .qwen2 { document["normalizer"] = ["type": "NFC"] }
    document["pre_tokenizer"] = preTokenizer
    if kind == .roberta {
      document["post_processor"] = [
        "type": "RobertaProcessing", "sep": processed("sep"), "cls": processed("cls"),
      ]
    }
    document["model"] = .object(model)
    return JSONWriter.write(.object(document))
  }

  private var preTokenizer: JSONValue {
    let prefix = JSONValue.bool(settings["add_prefix_space"]?.bool ?? false)
    guard kind == .qwen2 else { return ["type": "ByteLevel", "add_prefix_space": prefix] }
    return [
      "type": "Sequence",
      "pretokenizers": [
        [
          "type": "Split", "pattern": ["Regex": .string(Self.qwen2)], "behavior": "Isolated",
          "invert": false,
        ],
        ["type": "ByteLevel", "add_prefix_space": prefix, "use_regex": false],
      ],
    ]
  }

  /// Tokens of `added_tokens_decoder` or `added_tokens.json`, and the special ones.
  private var addedTokens: [JSONValue] {
    var ids: [String: Int] = [:]
    for member in vocabulary.members { ids[member.name] = member.value.int }
    for member in added.members { ids[member.name] = member.value.int }
    var special = Set(Self.specials.compactMap(text))
    for key in ["additional_special_tokens", "extra_special_tokens"] {
      for object in [settings, specialTokens] {
        special.formUnion((object[key]?.array ?? []).compactMap(Self.content))
      }
    }
    var tokens: [JSONValue] = []
    var known: Set<Int> = []
    for member in settings["added_tokens_decoder"]?.object?.members ?? [] {
      guard let id = Int(member.name), var token = member.value.object else { continue }
      token["id"] = .int(id)
      known.insert(id)
      tokens.append(.object(token))
    }
    let others = special.union(added.members.map(\.name))
      .compactMap { content in ids[content].map { (content, $0) } }
    for (content, id) in others.sorted(by: { $0.1 < $1.1 }) where !known.contains(id) {
      let isSpecial = special.contains(content)
      tokens.append([
        "id": .int(id), "content": .string(content), "special": .bool(isSpecial),
        "normalized": .bool(!isSpecial),
      ])
    }
    return tokens
  }

  private func processed(_ name: String) -> JSONValue {
    let content = text(name) ?? ""
    let id = vocabulary.members.first { $0.name == content }?.value.int
    return [.string(content), .int(id ?? 0)]
  }

  /// Text of a special token, as the files name it or else as the class does.
  private func text(_ name: String) -> String? {
    let key = "\(name)_token"
    return (settings[key] ?? specialTokens[key]).flatMap(Self.content) ?? kind.defaults[name]
  }

  /// Tokens are strings, or objects with their content.
  private static func content(_ value: JSONValue) -> String? {
    value.string ?? value.object?["content"]?.string
  }
}
