import Reports
import Testing

@Suite struct HumanTextTests {
  @Test(
    arguments: [
      (0, "0 B"), (1, "1 B"), (999, "999 B"), (1000, "1.00 kB"), (1234, "1.23 kB"),
      (9994, "9.99 kB"), (9995, "10.0 kB"), (99_949, "99.9 kB"), (99_950, "100 kB"),
      (999_499, "999 kB"), (999_500, "1.00 MB"), (14_483_464_192, "14.5 GB"),
      (1_500_000_000_000, "1.50 TB"), (Int.max, "9223372 TB"),
    ])
  func `bytes have three digits and a decimal unit`(count: Int, text: String) {
    #expect(HumanText.bytes(count) == text)
  }

  @Test(
    arguments: [
      (0, "0"), (999, "999"), (1000, "1.00 K"), (999_499, "999 K"), (999_500, "1.00 M"),
      (1_234_567, "1.23 M"), (999_499_999, "999 M"), (999_500_000, "1.00 B"),
      (7_241_732_096, "7.24 B"), (405_000_000_000, "405 B"),
    ])
  func `parameters have three digits and a unit`(count: Int, text: String) {
    #expect(HumanText.parameters(count) == text)
  }

  @Test(
    arguments: [
      (0, "0"), (7, "7"), (999, "999"), (1000, "1 000"), (16_384, "16 384"),
      (1_234_567, "1 234 567"), (-1, "-1"), (-123, "-123"), (-1234, "-1 234"),
      (-123_456, "-123 456"), (Int.max, "9 223 372 036 854 775 807"),
      (Int.min, "-9 223 372 036 854 775 808"),
    ])
  func `counts have groups of three digits`(count: Int, text: String) {
    #expect(HumanText.count(count) == text)
  }

  @Test(
    arguments: [
      (0, "0 %"), (0.001, "0.1 %"), (0.0123, "1.2 %"), (0.25, "25 %"), (0.999, "100 %"),
      (1, "100 %"),
      (1.5, "150 %"), (.nan, "– %"),
    ])
  func `small shares have a digit behind the point`(fraction: Double, text: String) {
    #expect(HumanText.percent(fraction) == text)
  }

  @Test(
    arguments: [
      (0, 2, "0.00"), (1.005, 1, "1.0"), (2.5, 0, "3"), (-2.5, 0, "-3"), (-0.001, 2, "0.00"),
      (-0.5, 1, "-0.5"), (12.345678, 3, "12.346"), (0.05, 1, "0.1"), (1e16, 2, "1e+16"),
      (-1e300, 0, "-1e+300"), (.infinity, 2, "–"), (-.infinity, 0, "–"), (.nan, 1, "–"),
      (9.999, 2, "10.00"), (123_456_789, 0, "123456789"),
    ])
  func `fixed numbers are rounded half away from zero`(value: Double, digits: Int, text: String) {
    #expect(HumanText.fixed(value, digits: digits) == text)
  }

  @Test(
    arguments: [
      (0, "0.0 s"), (0.84, "0.8 s"), (9.94, "9.9 s"), (42.4, "42 s"), (119, "119 s"),
      (120, "2 min"), (7199, "120 min"), (7200, "2.0 h"), (36_000, "10.0 h"), (.infinity, "– h"),
    ])
  func `durations have the unit that one thinks in`(seconds: Double, text: String) {
    #expect(HumanText.seconds(seconds) == text)
  }

  @Test(
    arguments: [
      (0, 3, "0"), (1, 3, "1.00"), (-1.2345, 3, "-1.23"), (1234.5, 3, "1235"),
      (0.00012345, 3, "0.000123"),
      (0.000012345, 3, "1.23e-5"), (12_345_678, 3, "1.23e7"), (-4e-20, 2, "-4.0e-20"),
      (.nan, 3, "–"), (-.infinity, 3, "–"), (1.7976931348623157e308, 3, "1.80e308"),
    ])
  func `numbers far from 1 are written in scientific form`(
    value: Double, digits: Int, text: String
  ) {
    #expect(HumanText.significant(value, digits: digits) == text)
  }

  @Test(arguments: [Double.leastNonzeroMagnitude, -.leastNormalMagnitude])
  func `the smallest numbers have a text`(value: Double) {
    #expect(HumanText.significant(value, digits: 3).contains("e-3"))
  }

  @Test(
    arguments: [
      ("", [""]), ("a", ["a"]), ("  a b", ["  a b"]), ("abcd efg", ["abcd efg"]),
      ("  abcd efg hi", ["  abcd", "    efg", "    hi"]),
      ("abcdefghijkl m", ["abcdefghijkl", "    m"]),
      ("a  b", ["a b"]),
    ])
  func `long lines are broken at spaces`(text: String, lines: [String]) {
    #expect(HumanText.wrapped(text, width: 8, indent: 4) == lines)
  }
}
