import Checkpoints
import GGUF
import JSON
import Tokenizers

/// Prints the token ids of texts by the vocabulary of a GGUF file:
/// `list-tokens FILE [--parse-special]`.
///
/// Reads a JSON array of texts from standard input, and prints an array of arrays of ids; the kind
/// of tokenizer and the leading token come first, on a line of their own.
@main
struct ListTokens {
  static func main() throws {
    let parsesSpecial = CommandLine.arguments.contains("--parse-special")
    let reader = try GGUFReader(path: CommandLine.arguments[1])
    guard let vocabulary = try GGUFVocabulary(reader.metadata) else { return print("no tokens") }
    let tokenizer: Tokenizer
    do {
      tokenizer = try Tokenizer(vocabulary)
    } catch {
      return print("refused: \(error)")
    }
    var input: [UInt8] = []
    while let line = readLine(strippingNewline: false) { input += line.utf8 }
    let texts = try JSONScanner.scan(input).array?.compactMap(\.string) ?? []
    print("\(tokenizer.kind) \(tokenizer.leadingSpecialToken.map(String.init) ?? "none")")
    let ids = try texts.map { text in
      let ids = try tokenizer.encode(text, parsingSpecial: parsesSpecial)
      return JSONValue.array(ids.map { .int(Int($0)) })
    }
    print(JSONWriter.text(.array(ids)))
  }
}
