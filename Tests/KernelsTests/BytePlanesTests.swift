import Kernels
import TestSupport
import Testing

@Suite struct BytePlanesTests {
  @Test(arguments: [1, 2, 4, 8], [false, true])
  func `planes are what a plain loop makes, and come together again`(
    width: Int, rotated: Bool
  ) {
    var numbers = RandomNumbers(seed: UInt64(width))
    for count in [0, 1, 2, 3, 7, 64, 1001] {
      let bytes = numbers.bytes(count * width)
      var expected: [UInt8] = []
      for plane in 0..<width {
        for element in 0..<count {
          // Bit by bit, most significant first.
          var byte: UInt8 = 0
          for bit in 0..<8 {
            let high = 8 * plane + bit + (rotated ? 1 : 0)
            let low = (2 * 8 * width - 1 - high) % (8 * width)
            byte = byte << 1 | bytes[element * width + low / 8] >> UInt8(low % 8) & 1
          }
          expected.append(byte)
        }
      }
      let planes = BytePlanes.split(bytes, width: width, rotated: rotated)
      #expect(planes == expected)
      #expect(BytePlanes.merge(planes, width: width, rotated: rotated) == bytes)
    }
  }

  @Test func `of a brain float the exponent comes first and the sign last`() {
    // −1.5 has sign 1, exponent 127 and mantissa 1000000.
    #expect(BytePlanes.split([0xC0, 0xBF], width: 2, rotated: true) == [127, 0b1000_0001])
  }
}
