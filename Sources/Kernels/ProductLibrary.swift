import ByteIO
import COpenBLAS
import Glibc

/// The library behind the products, and which of its kernels are in use.
///
/// A library takes a processor that is newer than itself for an old one: Debian's OpenBLAS 0.3.21 runs
/// the kernels for AVX2 on a Zen with AVX-512, at half the speed. It asks for a better choice in one way
/// only, the environment at its start.
package enum ProductLibrary {
  private static let variable = "OPENBLAS_CORETYPE"

  /// What the kernels are called that are in use.
  package static var kernels: String { unsafe String(cString: openblas_get_corename()) }

  /// Version and build of the library.
  package static var configuration: String { unsafe String(cString: openblas_get_config()) }

  /// Whether the environment names the kernels, be it the user's or the one of ``restartWithBestKernels()``.
  package static var isChosenByEnvironment: Bool { unsafe getenv(variable) != nil }

  /// Starts the program once more, in the same process, where better kernels than those in use are
  /// known; returns where there are none, the user has chosen, or the system does not allow it.
  package static func restartWithBestKernels() {
    guard !isChosenByEnvironment, let better = betterKernels else { return }
    restart(with: better, for: variable)
  }

  /// Starts the program once more without the library's own threads, if addresses are limited.
  ///
  /// They wait for ever where there is no room for their buffers. The parallel work here is not theirs.
  package static func restartWithoutThreads() {
    let threads = "OPENBLAS_NUM_THREADS"
    guard AddressSpace.limit != nil, unsafe getenv(threads) == nil else { return }
    restart(with: "1", for: threads)
  }

  private static func restart(with value: String, for variable: String) {
    guard unsafe setenv(variable, value, 0) == 0 else { return }
    unsafe execv("/proc/self/exe", CommandLine.unsafeArgv)
    unsafe unsetenv(variable)
  }

  /// The addresses that threads take which multiply: a buffer of 128 MiB each, and what else is theirs.
  package static func addresses(threads: Int) -> Int { threads * (144 << 20) }

  /// Has the library make its buffers, for which it would wait for ever once there is no more room.
  package static func makeBuffers(threads: Int) {
    let buffers = unsafe (0..<threads).map { _ in unsafe blas_memory_alloc(0) }
    unsafe buffers.forEach { unsafe blas_memory_free($0) }
  }

  /// The kernels for this processor, where those in use are for less; nil where they are not.
  package static var betterKernels: String? {
    betterKernels(than: kernels, on: processorFeatures())
  }

  /// The kernels for what a processor can do, where those in use are for less; nil where they are not.
  package static func betterKernels(than current: String, on features: Set<Substring>) -> String? {
    for generation in generations {
      if generation.kernels.contains(current) { return nil }
      if generation.features.isSubset(of: features) { return generation.kernels[0] }
    }
    return nil
  }

  /// The kernels of x86-64 that need the most first; those after the first are as good.
  private static let generations: [(kernels: [String], features: Set<Substring>)] = [
    (
      ["SkylakeX", "Cooperlake", "SapphireRapids"],
      ["avx512f", "avx512cd", "avx512bw", "avx512dq", "avx512vl", "avx2", "fma"]
    ),
    (["Haswell", "Zen"], ["avx2", "fma"]),
  ]

  /// What the first processor can do, as far as the system lets programs use it.
  private static func processorFeatures() -> Set<Substring> {
    guard let file = unsafe fopen("/proc/cpuinfo", "r") else { return [] }
    defer { unsafe fclose(file) }
    // The first processor is enough: where there are hundreds, the file is long and slow.
    let text = unsafe String(unsafeUninitializedCapacity: 1 << 13) { buffer in
      unsafe fread(buffer.baseAddress, 1, buffer.count, file)
    }
    let line = text.split(separator: "\n").first { $0.hasPrefix("flags") }
    return Set(line?.split(separator: " ") ?? [])
  }
}
