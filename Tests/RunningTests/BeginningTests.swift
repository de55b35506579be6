import Checkpoints
import JSON
import TestSupport
import Testing

/// Tokenizer settings, and the token that windows must begin with.
struct BeginningCase: Sendable, CustomTestStringConvertible {
  let beginning: ModelTokenizer.Beginning
  /// Text of tokenizer_config.json; nil for no file.
  let settings: String?
  let leads: Bool
  let configured: String?
  /// Nil if windows begin with text.
  let token: Int?

  init(
    _ beginning: ModelTokenizer.Beginning, _ settings: String?, leads: Bool = false,
    configured: String? = nil, _ token: Int?
  ) {
    self.beginning = beginning
    self.settings = settings
    self.leads = leads
    self.configured = configured
    self.token = token
  }

  var testDescription: String {
    "\(beginning), \(settings ?? "no settings"), \(leads ? "leading" : "plain")"
      + ", \(configured ?? "none")"
  }

  func write(to folder: TemporaryFolder) throws {
    var llama = TinyLlama(layers: 1)
    llama.config["bos_token_id"] = configured
    try llama.write(to: folder)
    if let settings { try folder.write(Array(settings.utf8), to: "tokenizer_config.json") }
    // The post-processor puts </s> first, so that its token differs from those of other settings.
    let template = """
      {"type": "TemplateProcessing",
       "single": [{"SpecialToken": {"id": "</s>"}}, {"Sequence": {"id": "A"}}]}
      """
    let tokenizer = TinyLlama.tokenizer(postProcessor: leads ? template : "null")
    try folder.write(Array(tokenizer.utf8), to: "tokenizer.json")
  }
}

@Suite struct BeginningTests {
  static let named = #"{"bos_token": "<s>"}"#
  static let object = #"{"bos_token": {"content": "<s>", "lstrip": false}}"#
  static let yes = #"{"add_bos_token": true, "bos_token": "<s>"}"#
  static let no = #"{"add_bos_token": false, "bos_token": "<s>"}"#
  static let cases: [BeginningCase] = [
    .init(.auto, nil, nil),
    .init(.auto, nil, leads: true, 15),
    .init(.auto, nil, configured: "3", nil),
    .init(.auto, "{}", leads: true, 15),
    .init(.auto, named, nil),
    .init(.auto, named, leads: true, 15),
    .init(.auto, yes, 14),
    .init(.auto, yes, leads: true, 15),
    .init(.auto, no, leads: true, nil),
    .init(.auto, #"{"add_bos_token": null}"#, leads: true, 15),
    .init(.auto, #"{"add_bos_token": true}"#, configured: "3", 3),
    .init(.auto, #"{"add_bos_token": true, "bos_token": null}"#, configured: "3", 3),
    .init(.auto, #"{"add_bos_token": true, "bos_token": "<x>"}"#, configured: "3", 3),
    .init(.always, named, 14),
    .init(.always, object, 14),
    .init(.always, no, 14),
    .init(.always, no, leads: true, 15),
    .init(.always, named, configured: "3", 14),
    .init(.always, nil, configured: "3", 3),
    .init(.never, yes, nil),
    .init(.never, nil, leads: true, nil),
    .init(.never, yes, leads: true, configured: "3", nil),
  ]

  @Test(arguments: cases)
  func `windows begin as option, settings and post-processor say, in this order`(
    row: BeginningCase
  ) throws {
    let folder = try TemporaryFolder()
    try row.write(to: folder)
    let tokenizer = try ModelTokenizer(Model(path: folder.path), beginning: row.beginning)
    #expect(tokenizer.beginningToken == row.token)
  }

  static let withoutToken: [BeginningCase] = [
    .init(.always, nil, nil), .init(.auto, #"{"add_bos_token": true}"#, nil),
    .init(.always, #"{"bos_token": "<x>"}"#, nil), .init(.always, nil, configured: "[1, 2]", nil),
    .init(.always, nil, configured: "null", nil),
  ]

  @Test(arguments: withoutToken)
  func `windows cannot begin with a token that nobody names`(row: BeginningCase) throws {
    let folder = try TemporaryFolder()
    try row.write(to: folder)
    #expect(throws: ModelError.noBeginningToken(path: folder.path)) {
      try ModelTokenizer(Model(path: folder.path), beginning: row.beginning)
    }
  }

  @Test(
    arguments: [
      (#"{"add_bos_token": "true"}"#, "add_bos_token", "true or false", "\"true\""),
      (#"{"bos_token": 14}"#, "bos_token", "a string", "14"),
      (#"{"bos_token": {"lstrip": true}}"#, "bos_token.content", "a value", "nothing"),
      (#"{"bos_token": {"content": 1}}"#, "bos_token.content", "a string", "1"),
      ("[]", "", "an object", "an array"),
    ])
  func `settings of another type are refused`(
    settings: String, field: String, expected: String, found: String
  ) throws {
    let folder = try TemporaryFolder()
    try BeginningCase(.auto, settings, nil).write(to: folder)
    let model = try Model(path: folder.path)
    let error = JSONFieldError(field: field, expected: expected, found: found)
    #expect(
      throws: ModelError.configuration(
        path: folder.path, file: "tokenizer_config.json", error)
    ) {
      try ModelTokenizer(model, beginning: .auto)
    }
  }

  @Test func `reading text needs a tokenizer`() throws {
    let folder = try TemporaryFolder()
    let llama = TinyLlama(layers: 1)
    try folder.write(llama.configuration, to: "config.json")
    try folder.write(safetensorsFile(llama.tensors), to: "model.safetensors")
    let model = try Model(path: folder.path)
    #expect(throws: ModelError.noTokenizer(path: folder.path)) {
      try ModelTokenizer(model, beginning: .never)
    }
    try folder.write(Array("{}".utf8), to: "tokenizer.json")
    // Companion files are read once: a new model sees the new file.
    let later = try Model(path: folder.path)
    let error = #expect(throws: ModelError.self) { try ModelTokenizer(later, beginning: .never) }
    guard case .tokenizer(folder.path, _, _) = error else {
      Issue.record("\(String(describing: error))")
      return
    }
  }
}
