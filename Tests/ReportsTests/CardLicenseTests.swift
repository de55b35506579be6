import Reports
import Testing

@Suite struct CardLicenseTests {
  private static let apache = """

                                   Apache License
                             Version 2.0, January 2004
                          http://www.apache.org/licenses/
    """

  /// The source's card, the licence text beside it, and the expected identifier, name and link.
  @Test(
    arguments: [
      ("---\nlicense: mit\n---\n# x", nil, "mit", nil, nil),
      ("---\nlicense: \"apache-2.0\"\r\nx: y\n---", nil, "apache-2.0", nil, nil),
      (
        "---\nlicense: other\nlicense_name: llama3.2\nlicense_link: LICENSE.txt\n---", "x", "other",
        "llama3.2", "LICENSE.txt"
      ),
      ("---\nlicense: llama2\n---", apache, "llama2", nil, nil),
      (
        "---\nlicense: other\nlicense_link: 'https://x.org/a/b'\n---", nil, "other", nil,
        "https://x.org/a/b"
      ),
      // Values that cannot be a licence, or are outside the front matter, are ignored.
      ("---\nlicense: [a, b]\n---", nil, nil, nil, nil),
      ("---\nlicense:\n- mit\n---", nil, nil, nil, nil),
      ("---\nlicense: \"a\\nb: c\"\n---", apache, "apache-2.0", nil, nil),
      ("---\nlicense: a b\n---", nil, nil, nil, nil), ("# license: mit", nil, nil, nil, nil),
      ("---\nx: y\n---\nlicense: mit", nil, nil, nil, nil),
      (
        "---\nlicense: other\nlicense_name: \"a\\\" #\"\nlicense_link: javascript:alert(1)\n---",
        nil,
        "other", nil, nil
      ), ("---\nlicense: other\nlicense_link: ../../etc/passwd\n---", nil, "other", nil, nil),
      (
        "", "MIT License\n\nPermission is hereby granted, free of charge, to any person", "mit",
        nil, nil
      ),
      ("", "MIT License is what this is not", "other", nil, "COPYING"),
      ("", "LLAMA COMMUNITY LICENSE AGREEMENT", "other", nil, "COPYING"),
      ("", nil, nil, nil, nil), ("\u{FFFD}---", nil, nil, nil, nil),
    ] as [(String, String?, String?, String?, String?)])
  func `a licence is taken over where it can be`(
    card: String, text: String?, identifier: String?, name: String?, link: String?
  ) {
    let found = CardLicense(
      card: Array(card.utf8), text: text.map { ("COPYING", Array($0.utf8)) })
    #expect(found?.identifier == identifier)
    #expect(found?.name == name)
    #expect(found?.link == link)
  }
}
