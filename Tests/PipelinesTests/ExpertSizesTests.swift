import Containers
import DMOE
import TestSupport
import Testing

@Suite struct ExpertSizesTests {
  @Test func `sizes of the experts are those counted by hand`() throws {
    let reader = try DMOEReader(path: Converted.path())
    let experts = ExpertSizes(reader).experts
    let (layers, hidden, neurons, vocabulary, keys) = (4, 128, 384, 1024, 64)
    let attention = 2 * hidden * hidden + 2 * keys * hidden + 2 * hidden
    let shared = 2 * vocabulary * hidden + hidden + layers * attention
    #expect(experts.count == 4)
    for (number, expert) in experts.enumerated() {
      let width = neurons * (number + 1) / 4
      #expect(expert.parameters == shared + layers * width * 3 * hidden)
      #expect(expert.activeFFNFraction == Double(number + 1) / 4)
      #expect(expert.bytes == reader.directory.sections[number + 1].end)
    }
    #expect(experts.last?.bytes == (try Converted.bytes().count))
  }

  @Test func `of a cut file only the experts that it holds are listed`() throws {
    let folder = try TemporaryFolder()
    let path = try folder.write(EditedContainer().prefix(expert: 1), to: "cut")
    let experts = ExpertSizes(try DMOEReader(path: path)).experts
    #expect(experts.map(\.bytes).last == (try bytes(at: path).count))
    #expect(experts.count == 2)
  }
}
