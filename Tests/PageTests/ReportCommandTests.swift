import TestSupport
import Testing

@Suite struct ReportCommandTests {
  @Test func `partition writes the page that report makes again`() throws {
    let folder = try TemporaryFolder()
    try TinyLlama().write(to: folder)
    let made = try dynamoe([
      "partition", folder.path, "-o", folder.path("t.dmoe"), "--importance", "weights",
      "--experts", "2", "--align", "1",
    ])
    #expect(made.status == 0 && made.output.contains("t.report.html"), "\(made.errors)")
    let page = folder.path("again.html")
    let again = try dynamoe(["report", folder.path("t.report.json"), "-o", page])
    #expect(again.status == 0 && again.output.hasPrefix(page))
    #expect(try bytes(at: page) == bytes(at: folder.path("t.report.html")))
    let found = try Browser.open(page)
    #expect(found.sections == ["coverage", "sizes"])
  }

  @Test func `a page that exists is replaced only when forced, and never a report`() throws {
    let folder = try TemporaryFolder()
    let report = try folder.write(SampleReport().bytes, to: "x.json")
    let page = try folder.write([1], to: "x.html")
    #expect(try dynamoe(["report", report, "-o", page]).status == 73)
    #expect(try dynamoe(["report", report, "-o", report, "--force"]).status == 73)
    #expect(try dynamoe(["report", folder.path("none"), "-o", page, "--force"]).status == 66)
    #expect(try bytes(at: page) == [1])
    #expect(try dynamoe(["report", report, "-o", page, "--force"]).status == 0)
    #expect(try bytes(at: page).count > 10_000)
  }
}
