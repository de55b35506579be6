import ByteIO
import Testing

@Suite struct ChecksumTests {
  @Test(
    arguments: [
      ("", 0), ("a", 0xE8B7_BE43), ("123456789", 0xCBF4_3926),
      ("The quick brown fox jumps over the lazy dog", 0x414F_A339),
    ] as [(String, UInt32)])
  func `CRC-32 has its published values, in parts as well`(text: String, value: UInt32) {
    let bytes = Array(text.utf8)
    #expect(CRC32.checksum(bytes) == value)
    for cut in 0...bytes.count {
      var crc = CRC32()
      crc.update(Array(bytes[..<cut]))
      crc.update(Array(bytes[cut...]))
      #expect(crc.value == value)
    }
  }

  @Test(arguments: [
    ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
    ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
    (
      "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
      "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
    ),
  ])
  func `SHA-256 has its published values, in parts as well`(text: String, digest: String) {
    let bytes = Array(text.utf8)
    #expect(SHA256Digest.digest(of: bytes).description == digest)
    #expect(SHA256Digest(hexadecimal: digest) == SHA256Digest.digest(of: bytes))
    for cut in 0...bytes.count {
      var hasher = SHA256Hasher()
      hasher.update(Array(bytes[..<cut]))
      hasher.update(Array(bytes[cut...]))
      #expect(hasher.digest().description == digest)
    }
  }

  @Test(arguments: [
    "", "00", String(repeating: "0", count: 63), String(repeating: "0", count: 65),
    String(repeating: "A", count: 64), String(repeating: "g", count: 64),
    String(repeating: "é", count: 32),
  ])
  func `a digest is 64 small hexadecimal digits`(text: String) {
    #expect(SHA256Digest(hexadecimal: text) == nil)
  }

  @Test func `integers are stored with their lowest byte first`() {
    #expect(LittleEndian.bytes(of: UInt32(0x0102_0304)) == [4, 3, 2, 1])
    #expect(LittleEndian.load(UInt16.self, from: [9, 0xFE, 0xFF], at: 1) == 0xFFFE)
    for value in [0, 1, UInt64.max, 0x8000_0000_0000_0001] {
      let bytes = LittleEndian.bytes(of: value)
      #expect(LittleEndian.load(UInt64.self, from: bytes, at: 0) == value)
    }
  }
}
