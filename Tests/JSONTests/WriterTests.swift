import Foundation
import JSON
import TestSupport
import Testing

@Suite struct WriterTests {
  @Test func `documents made by Python are read, and what is written Python reads the same`() throws
  {
    let script = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "peer.py")
      .path
    let documents = try python([script, "make"]).split(separator: UInt8(ascii: "\n"))
    #expect(documents.count == 2000)
    var rewritten: [UInt8] = []
    for document in documents {
      let value = try JSONScanner.scan(Array(document))
      let compact = JSONWriter.write(value)
      #expect(try JSONScanner.scan(compact) == value)
      #expect(try JSONScanner.scan(JSONWriter.write(value, layout: .indented)) == value)
      rewritten += compact + [UInt8(ascii: "\n")]
    }
    _ = try python([script, "compare"], input: rewritten)
  }

  @Test(
    arguments: [
      (.null, "null"), (.double(.nan), "null"), (.double(.infinity), "null"), (.double(-0.0), "0"),
      (.double(1e21), "1e+21"), (.double(0.1), "0.1"), (.double(2), "2"),
      (.int(.min), "-9223372036854775808"),
      ("\u{0}\u{1F}\u{7F}\"\\\n\r\t/é", #""\u0000\u001f\u007f\"\\\n\r\t/é""#),
      (["b": 1, "a": [true, .null]], #"{"b":1,"a":[true,null]}"#),
    ] as [(JSONValue, String)])
  func `values have one spelling`(value: JSONValue, text: String) {
    #expect(JSONWriter.text(value) == text)
  }

  @Test func `indented documents keep plain arrays on a line`() {
    let value: JSONValue = ["a": [1, 2], "b": [], "c": [["d": "e"], [:]], "f": [:]]
    #expect(
      JSONWriter.text(value, layout: .indented) == """
        {
          "a": [1, 2],
          "b": [],
          "c": [
            {
              "d": "e"
            },
            {}
          ],
          "f": {}
        }
        """)
  }

  @Test func `members are set, replaced and removed by their bytes`() {
    var object = JSONObject()
    object["é"] = 1
    object["e\u{301}"] = 2
    object["é"] = 3
    #expect(object.members.map(\.value) == [3, 2])
    object["e\u{301}"] = nil
    #expect(object.members.map(\.name) == ["é"])
  }
}
