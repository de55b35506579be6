import Testing
import Tokenizers

/// Tokenizers from the metadata of GGUF files, and errors for invalid metadata.
@Suite struct GGUFVocabularyTests {
  /// A vocabulary of tokens with types and scores, including the two bytes of "é".
  static func llama(
    _ more: [(String, type: Int, score: Float)] = []
  ) -> GGUFVocabulary {
    let tokens: [(String, type: Int, score: Float)] =
      [
        ("<unk>", 2, 0), ("<s>", 3, 0), ("<0xC3>", 6, 0), ("<0xA9>", 6, 0), ("▁", 1, -9),
        ("a", 1, -9), ("b", 1, -9), ("c", 1, -9), ("ab", 1, -1), ("bc", 1, -1), ("▁ab", 1, -2),
      ] + more
    return GGUFVocabulary(
      model: "llama", tokens: tokens.map { Array($0.0.utf8) }, scores: tokens.map(\.score),
      types: tokens.map(\.type), beginningID: 1)
  }

  static let gpt2 = GGUFVocabulary(
    model: "gpt2", tokens: ["<s>", "a", "b", "ab", "Ġ", "<u>"].map { Array($0.utf8) },
    types: [3, 1, 1, 1, 1, 4], merges: [Array("a b".utf8)], preTokenizer: "gpt-2", beginningID: 0)

  @Test(
    arguments: [
      ("", []), ("ab", [10]), ("a", [4, 5]), (" ab", [4, 10]), ("abc", [10, 7]),
      // The leftmost of equal scores is merged first.
      ("cabc", [4, 7, 8, 7]), ("é", [4, 2, 3]), ("xy", [4, 0]), ("xéy", [4, 2, 3, 0]),
      ("<s>ab", [4, 0, 8]),
    ] as [(String, [Int32])])
  func `Symbols merge by score`(text: String, ids: [Int32]) throws {
    #expect(try Tokenizer(Self.llama()).encode(text) == ids)
  }

  @Test func `A space goes before a text and after added tokens`() throws {
    var file = Self.llama([("<u>", 4, 0)])
    #expect(
      try Tokenizer(file).encode("ab<s>ab<u>ab", parsingSpecial: true) == [10, 1, 10, 11, 10])
    #expect(try Tokenizer(file).encode("<u>ab") == [11, 10])
    file.addsSpacePrefix = false
    #expect(try Tokenizer(file).encode("ab<s>ab<u> ab", parsingSpecial: true) == [8, 1, 8, 11, 10])
  }

  @Test func `User-defined tokens are found in a text as it is, and merge like others`() throws {
    let file = Self.llama([("  ", 4, 0), ("b▁c", 4, 0), ("▁▁", 4, 0)])
    #expect(try Tokenizer(file).encode("ab  b c") == [10, 11, 4, 6, 4, 7])
    #expect(try Tokenizer(file).encode("ab▁▁b▁c") == [10, 13, 12])
  }

  @Test func `Characters without a token of their own merge`() throws {
    let tokenizer = try Tokenizer(Self.llama([("日本", 1, -1), ("éa", 1, -1)]))
    #expect(try tokenizer.encode("日本日") == [4, 11, 0])
    #expect(try tokenizer.encode("本日本日") == [4, 0, 11, 0])
    #expect(try tokenizer.encode("本本日日") == [4, 0])
    #expect(try tokenizer.encode("éaé") == [4, 12, 2, 3])
  }

  @Test func `Some names make a token control, user-defined or normal`() throws {
    func encode(_ names: String..., type: Int = 4) throws -> [Int32] {
      let file = Self.llama(names.map { ($0, type, 0) })
      return try Tokenizer(file).encode(names.joined()).filter { $0 > 10 }
    }
    #expect(try encode("<|im_start|>", "<|im_end|>") == [11])
    #expect(try encode("<|im_start|>", "<|im_end|>", type: 1) == [])
    #expect(try encode("<|end|>", "<|call|>", "<|message|>", type: 3) == [13])
    #expect(try encode("<|end|>", "<|call|>", "<|return|>", type: 3) == [11])
    #expect(try encode("</s>", "<|tool_response>", type: 4) == [])
    #expect(try encode("</x>", "<|tool_response>", type: 4) == [11])
  }

  @Test func `Added tokens of Phi-3 take the white space after them`() throws {
    var file = Self.llama([("<|user|>", 3, 0)])
    let text = "<|user|> \n ab<s> ab"
    #expect(try Tokenizer(file).encode(text, parsingSpecial: true) == [11, 4, 4, 0, 10, 1, 4, 10])
    file.modelName = "Phi-3 Mini"
    #expect(try Tokenizer(file).encode(text, parsingSpecial: true) == [11, 10, 1, 4, 10])
  }

  @Test func `Of tokens with one content the first counts`() throws {
    let tokenizer = try Tokenizer(Self.llama([("ab", 5, 0), ("ab", 3, 0)]))
    #expect(try tokenizer.encode("cab") == [4, 7, 8])
    #expect(tokenizer.bytes(of: 11) == Array("ab".utf8))
    #expect(tokenizer.vocabularySize == 13)
  }

  @Test func `Unused tokens are cut again`() throws {
    var file = Self.llama([("abc", 5, -0.5), ("▁abc", 1, -3)])
    #expect(try Tokenizer(file).encode("cabc") == [4, 7, 8, 7])
    #expect(try Tokenizer(file).encode("abc") == [12])
    file.types?[12] = 5
    #expect(try Tokenizer(file).encode("abc") == [4, 8, 7])
  }

  @Test func `Tokens are known by content, id and bytes`() throws {
    let tokenizer = try Tokenizer(Self.llama())
    #expect(tokenizer.kind == "SentencePiece BPE")
    #expect(tokenizer.vocabularySize == 11)
    #expect(tokenizer.id(of: "▁ab") == 10)
    #expect(tokenizer.bytes(of: 10) == Array(" ab".utf8))
    #expect(tokenizer.bytes(of: 2) == [0xC3])
    #expect(tokenizer.bytes(of: 1) == Array("<s>".utf8))
    #expect(tokenizer.bytes(of: 11) == nil)
    let byteLevel = try Tokenizer(Self.gpt2)
    #expect(byteLevel.kind == "byte-level BPE")
    #expect(byteLevel.bytes(of: 4) == [0x20])
  }

  /// Names of llama.cpp 0.3.36 in `tokenizer.ggml.pre`.
  static let names = """
    a.x-4.0 afmoe bailingmoe bailingmoe2 bloom chameleon chatglm-bpe codeshell cohere2moe
    command-r dbrx deepseek-coder deepseek-llm deepseek-r1-qwen deepseek-v3 default exaone
    exaone-moe exaone4 f2llmv2 falcon falcon-h1 falcon3 gemma4 gigachat glm4 glm5 gpt-2 gpt-4o
    gpt3-finnish granite-docling granite-embed-multi-311m granite-embed-multi-97m grok-2 hunyuan
    hunyuan-dense hy_v4 jais jais-2 jina-de jina-es jina-v1-en jina-v2-code jina-v2-de jina-v2-es
    jina-v5-nano joyai-llm kanana2 kimi-k2 kormo laguna lfm2 llada-moe llama-bpe llama-v3 llama3
    llama4 megrez mellum mellum2 midm-2.0 minerva-7b minicpm5 minimax-m2 modern-bert mpt olmo phi-2
    pixtral poro-chat qwen2 qwen35 refact roberta-bpe sarvam-moe seed-coder smaug-bpe smollm
    solar-open spark2_5 stablelm2 starcoder superbpe talkie tekken tiny_aya trillion ufakzeka viking
    whitespace youtu
    """.split(whereSeparator: \.isWhitespace).map(String.init)

  @Test func `Every pre-tokenizer of llama.cpp is known`() throws {
    #expect(Self.names.count == 91)
    for name in Self.names {
      let file = Self.with(Self.gpt2) { $0.preTokenizer = name }
      #expect(throws: Never.self, "\(name)") { try Tokenizer(file).encode("ab ab") }
    }
  }

  @Test func `A file without a pre-tokenizer has llama.cpp's default`() throws {
    for name in [nil, "", "default"] as [String?] {
      let file = Self.with(Self.gpt2) { $0.preTokenizer = name }
      #expect(try Tokenizer(file).encode("ab ab") == [3, 4, 3])
    }
  }

  @Test func `GLM's words in the vocabulary need no merges`() throws {
    let file = Self.with(Self.gpt2) { ($0.preTokenizer, $0.merges) = ("glm4", []) }
    #expect(try Tokenizer(file).encode("ab") == [3])
    #expect(
      try Tokenizer(Self.with(file) { $0.preTokenizer = "chatglm-bpe" }).encode("ab") == [1, 2])
  }

  @Test func `Tokens of the type 0 are text`() throws {
    let file = Self.with(Self.gpt2) { $0.types?[3] = 0 }
    #expect(try Tokenizer(file).encode("ab") == [3])
  }

  @Test func `A dropped byte keeps those around it apart`() throws {
    #expect(try Tokenizer(Self.gpt2).encode("axb") == [1, 2])
  }

  @Test func `The vocabulary of t5 takes the best segmentation`() throws {
    var file = GGUFVocabulary(
      model: "t5",
      tokens: ["<pad>", "</s>", "<unk>", "▁", "a", "b", "ab", "▁a"].map { Array($0.utf8) },
      scores: [0, 0, 0, -2, -2, -2, -3, -5], types: [3, 3, 2, 1, 1, 1, 1, 1])
    file.addsSpacePrefix = true
    let tokenizer = try Tokenizer(file)
    #expect(tokenizer.kind == "Unigram" && tokenizer.leadingSpecialToken == nil)
    #expect(try tokenizer.encode("ab  xy") == [3, 6, 3, 3, 2])
    file.joinsSpaces = true
    #expect(try Tokenizer(file).encode(" ab  xy ") == [3, 6, 3, 2])
  }

  @Test func `Control tokens of byte-level files are special, user-defined ones are not`() throws {
    let tokenizer = try Tokenizer(Self.gpt2)
    #expect(try tokenizer.encode("ab<s><u> a") == [3, 5, 4, 1])
    #expect(try tokenizer.encode("ab<s><u> a", parsingSpecial: true) == [3, 0, 5, 4, 1])
  }

  @Test func `Texts begin as the file says, or else as the model has it`() throws {
    for (adds, llama, gpt2) in [(nil, 1, nil), (true, 1, 0), (false, nil, nil)]
      as [(Bool?, Int32?, Int32?)]
    {
      var (file, other) = (Self.llama(), Self.gpt2)
      (file.addsBeginning, other.addsBeginning) = (adds, adds)
      #expect(try Tokenizer(file).leadingSpecialToken == llama)
      #expect(try Tokenizer(other).leadingSpecialToken == gpt2)
    }
    // Without a usable id it is token 1 of SentencePiece and token 11 of byte-level vocabularies.
    for id in [nil, 4_294_967_295, 11] as [Int?] {
      var (file, other) = (Self.llama(), Self.gpt2)
      (file.beginningID, other.beginningID) = (id, id)
      #expect(try Tokenizer(file).leadingSpecialToken == 1)
      #expect(try Tokenizer(other).leadingSpecialToken == nil)
    }
  }

  static func with(
    _ file: GGUFVocabulary, _ change: (inout GGUFVocabulary) -> Void
  ) -> GGUFVocabulary {
    var copy = file
    change(&copy)
    return copy
  }

  static let rows: [(GGUFVocabulary, TokenizerError)] = [
    (
      with(gpt2) { $0.model = "rwkv" },
      .unsupported(path: "tokenizer.ggml.model", found: "the model \"rwkv\"")
    ),
    (with(llama()) { $0.tokens = [] }, .missing(path: "tokenizer.ggml.tokens")),
    (with(llama()) { $0.scores = nil }, .missing(path: "tokenizer.ggml.scores")),
    (
      with(llama()) { $0.scores?.removeLast() },
      .wrongCount(path: "tokenizer.ggml.scores", expected: 11, found: 10)
    ),
    (
      with(llama()) { $0.types?.append(1) },
      .wrongCount(path: "tokenizer.ggml.token_type", expected: 11, found: 12)
    ),
    (
      with(llama()) { $0.types?[3] = 7 },
      .unsupported(path: "tokenizer.ggml.token_type[3]", found: "the type 7")
    ),
    (
      with(llama()) { $0.scores?[4] = .nan },
      .unsupported(path: "tokenizer.ggml.scores[4]", found: "the score nan")
    ),
    (
      with(llama()) { $0.types?[0] = 1 }, .missing(path: "tokenizer.ggml.unknown_token_id")
    ),
    (
      with(gpt2) { ($0.beginningID, $0.addsBeginning) = (nil, true) },
      .missing(path: "tokenizer.ggml.bos_token_id")
    ),
    (
      with(llama()) { file in
        file.tokens = (1...3000).map { Array(repeating: 0x61, count: $0) }
        file.scores = file.tokens.map { Float($0.count) }
        (file.types, file.unknownID) = (nil, 0)
      },
      .unsupported(path: "tokenizer.ggml.tokens", found: "more than 4194304 merges")
    ),
    (with(gpt2) { $0.merges = nil }, .missing(path: "tokenizer.ggml.merges")),
    (
      with(gpt2) { $0.merges?.append(Array("a b a".utf8)) },
      .malformedMerge(path: "tokenizer.ggml.merges[1]")
    ),
    (
      with(gpt2) { $0.merges = [Array("b a".utf8)] },
      .mergeOutsideVocabulary(path: "tokenizer.ggml.merges[0]", token: "ba")
    ),
    (
      with(gpt2) { $0.preTokenizer = "unheard-of" },
      .unsupported(path: "tokenizer.ggml.pre", found: "the pre-tokenizer \"unheard-of\"")
    ),
    (with(gpt2) { $0.model = "bert" }, .missing(path: "tokenizer.ggml.unknown_token_id")),
  ]

  @Test(arguments: rows)
  func `A malformed file is refused by name`(file: GGUFVocabulary, error: TokenizerError) {
    #expect(throws: error) { try Tokenizer(file) }
    #expect(!error.description.isEmpty && !error.description.contains("\n"))
  }

  @Test func `No damage to a file makes it trap`() throws {
    var generator = TextGenerator(seed: 10)
    for count in 0..<5000 {
      var file = count.isMultiple(of: 4) ? Self.gpt2 : Self.llama([("<u>", 4, 0), ("abc", 5, 1)])
      for _ in 0..<3 { generator.damage(&file) }
      guard let tokenizer = try? Tokenizer(file) else { continue }
      let ids = try tokenizer.encode("ab <s> é <u>abc ab", parsingSpecial: true)
      #expect(ids.allSatisfy { $0 >= 0 && $0 < tokenizer.vocabularySize })
    }
  }
}

extension GGUFVocabulary: CustomTestStringConvertible {
  package var testDescription: String { "a vocabulary of \(tokens.count) tokens" }
}
