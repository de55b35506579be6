import Calibration
import Checkpoints
import TestSupport
import Testing

@Suite struct WindowTests {
  /// The tokens `0 1 2 … 9 0 1 …`, for a tiny model with a maximum window of 32 positions.
  private func tokens(
    _ count: Int, context: Int, beginning: ModelTokenizer.Beginning = .never,
    limit: Int = .max, special: Bool = false, text: String? = nil
  ) throws -> TextTokens {
    let folder = try TemporaryFolder()
    var llama = TinyLlama(layers: 1)
    llama.config["bos_token_id"] = "14"
    try llama.write(to: folder)
    let letters = text ?? String((0..<count).map { Character("\(Array("abcdefghij")[$0 % 10])") })
    let path = try folder.write(Array(letters.utf8), to: "text.txt")
    let request = TextRequest(
      paths: [path], maximumTokens: nil, context: context, beginning: beginning,
      parsingSpecial: special)
    return try TextTokens(request, model: Model(path: folder.path), limit: limit)
  }

  @Test func `windows are consecutive, the last may be short`() throws {
    let text = try tokens(10, context: 4)
    #expect(text.tokens == Array(0..<10))
    #expect(text.windows() == [[0, 1, 2, 3], [4, 5, 6, 7], [8, 9]])
    #expect(text.windows(3..<8) == [[3, 4, 5, 6]])
    #expect(text.windows(3..<9) == [[3, 4, 5, 6], [7, 8]])
  }

  @Test func `every window begins with the token of beginnings`() throws {
    let text = try tokens(7, context: 4, beginning: .always)
    #expect(text.beginningToken == 14)
    #expect(text.windows() == [[14, 0, 1, 2], [14, 3, 4, 5], [14, 6]])
    #expect(text.tokens.count == 7)
  }

  @Test func `a window without a target is dropped`() throws {
    #expect(try tokens(5, context: 4).windows() == [[0, 1, 2, 3]])
    #expect(try tokens(1, context: 4).windows() == [])
    #expect(try tokens(0, context: 4).windows() == [])
    #expect(try tokens(0, context: 4, beginning: .always).windows() == [])
    #expect(try tokens(1, context: 4, beginning: .always).windows() == [[14, 0]])
  }

  @Test func `a window is never longer than the model has positions`() throws {
    let text = try tokens(100, context: 512)
    #expect(text.context == 32)
    #expect(text.windows().map(\.count) == [32, 32, 32, 4])
    let short = try tokens(100, context: 512, beginning: .always)
    #expect(short.textTokensPerWindow == 31)
    #expect(short.windows().map(\.count) == [32, 32, 32, 8])
  }

  @Test func `at most as many tokens are taken as are asked for`() throws {
    #expect(try tokens(50, context: 8, limit: 21).tokens.count == 21)
    #expect(try tokens(50, context: 8, beginning: .always, limit: 21).tokens.count == 21)
    #expect(try tokens(50, context: 8, limit: 50).tokens.count == 50)
  }

  @Test func `special tokens in the text are text unless parsed`() throws {
    #expect(try tokens(0, context: 8, special: true, text: "a<s>b").tokens == [0, 14, 1])
    #expect(try tokens(0, context: 8, text: "a<s>b").tokens == [0, 1])
  }

  @Test(arguments: [
    "", "1", "/", "1/", "/1", "0/1", "2/1", "1/0", "-1/2", "1/65537", "1/2/3", "a/b", " 1/2",
    "1.0/2",
    "99999999999999999999/2",
  ])
  func `a data shard is two numbers in order`(text: String) {
    #expect(DataShard(text) == nil)
  }

  @Test func `data shards cover every window once, in order`() throws {
    for count in [1, 2, 3, 7, 64, 65_536] {
      for total in [0, 1, 5, 64, 1000] {
        var end = 0
        var sizes: Set<Int> = []
        for number in 1...count {
          let shard = try #require(DataShard("\(number)/\(count)"))
          let range = shard.windows(of: total)
          try #require(range.lowerBound == end)
          end = range.upperBound
          sizes.insert(range.count)
        }
        #expect(end == total)
        #expect((sizes.max() ?? 0) - (sizes.min() ?? 0) <= 1)
      }
    }
    #expect(DataShard("1/1") == .whole)
    #expect(DataShard("2/8")?.description == "2/8")
  }
}
