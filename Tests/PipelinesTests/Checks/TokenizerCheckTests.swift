import DMOE
import TestSupport
import Testing

@Suite struct TokenizerCheckTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  @Test func `a tokenizer that fits passes`() throws {
    for path in [Fixture.model, try Converted.path()] {
      let found = try #require(try outcome("tokenizer", path))
      #expect(found.status == .passed && found.detail.hasSuffix("1024 tokens for 1024 rows"))
    }
  }

  @Test func `without a tokenizer, or without rows to count, it is skipped`() throws {
    let weights = ["model.safetensors"]
    let bare = try folder.copyModel(weights + ["config.json"], to: "bare")
    #expect(try outcome("tokenizer", bare)?.status == .skipped)
    let unknown = try folder.copyModel(weights + ["tokenizer.json"], to: "unknown")
    #expect(try outcome("tokenizer", unknown)?.status == .skipped)
  }

  @Test func `a token without a row fails`() throws {
    let path = try folder.copyModel()
    try folder.replace(
      #""added_tokens": ["#,
      by: #""added_tokens": [{"id": 1024, "content": "<new>", "single_word": false, "#
        + #""lstrip": false, "rstrip": false, "normalized": false, "special": true},"#,
      in: "model/tokenizer.json")
    let found = try #require(try outcome("tokenizer", path))
    #expect(found.status == .failed)
    #expect(found.detail.contains("highest token is 1024") && found.detail.contains("1024 rows"))
  }

  @Test func `a tokenizer that is damaged fails`() throws {
    let path = try folder.copyModel()
    try folder.write(Array("{".utf8), to: "model/tokenizer.json")
    let found = try #require(try outcome("tokenizer", path))
    #expect(found.status == .failed && found.detail.contains("tokenizer.json"))
  }
}
