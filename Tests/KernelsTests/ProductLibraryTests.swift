import Kernels
import Testing

@Suite struct ProductLibraryTests {
  private static let avx2: Set<Substring> = ["sse2", "avx", "avx2", "fma"]
  private static let avx512 = avx2.union([
    "avx512f", "avx512cd", "avx512bw", "avx512dq", "avx512vl",
  ])

  private static let cases: [(String, Set<Substring>, String?)] = [
    ("Haswell", avx512, "SkylakeX"), ("Zen", avx512, "SkylakeX"), ("Prescott", avx512, "SkylakeX"),
    ("SkylakeX", avx512, nil), ("Cooperlake", avx512, nil), ("SapphireRapids", avx512, nil),
    // Xeon Phi has parts of AVX-512, but not those that the kernels need.
    ("Haswell", avx2.union(["avx512f", "avx512cd"]), nil),
    ("Sandybridge", avx2, "Haswell"), ("Haswell", avx2, nil), ("Zen", avx2, nil),
    ("Nehalem", ["sse2"], nil), ("armv8", [], nil),
  ]

  @Test(arguments: cases)
  func `kernels for less than the processor can do are replaced`(
    current: String, features: Set<Substring>, better: String?
  ) {
    #expect(ProductLibrary.betterKernels(than: current, on: features) == better)
  }
}
