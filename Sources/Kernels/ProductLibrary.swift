import ByteIO
import COpenBLAS
import Glibc

/// OpenBLAS, which computes the matrix products, and the kernels it uses.
///
/// OpenBLAS mistakes a processor newer than itself for an old one: Debian's 0.3.21 runs the AVX2
/// kernels on a Zen with AVX-512, at half the speed. Only the environment at program start can
/// override its choice.
package enum ProductLibrary {
  private static let variable = "OPENBLAS_CORETYPE"

  /// Name of the kernels in use.
  package static var kernels: String { unsafe String(cString: openblas_get_corename()) }

  /// Version and build of the library.
  package static var configuration: String { unsafe String(cString: openblas_get_config()) }

  /// Whether the environment names the kernels, set by the user or ``restartWithBestKernels()``.
  package static var isChosenByEnvironment: Bool { unsafe getenv(variable) != nil }

  /// Re-executes the program with better kernels than those in use, if any are known.
  ///
  /// Returns if there are none, the environment already names some, or the system refuses.
  package static func restartWithBestKernels() {
    guard !isChosenByEnvironment, let better = betterKernels else { return }
    restart(with: better, for: variable)
  }

  /// Re-executes the program without OpenBLAS's own threads, if the address space is limited.
  ///
  /// They would wait forever if their buffers do not fit; ``Parallel`` does not use them.
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

  /// Address space of threads that multiply: 128 MiB of buffer and 16 MiB for the rest, each.
  package static func addresses(threads: Int) -> Int { threads * (144 << 20) }

  /// Makes OpenBLAS allocate its buffers now; without room it would later wait for them forever.
  package static func makeBuffers(threads: Int) {
    let buffers = unsafe (0..<threads).map { _ in unsafe blas_memory_alloc(0) }
    unsafe buffers.forEach { unsafe blas_memory_free($0) }
  }

  /// Better kernels for this processor than those in use; nil if none are known.
  package static var betterKernels: String? {
    betterKernels(than: kernels, on: processorFeatures())
  }

  /// Better kernels than `current` for a processor with these features; nil if none are known.
  package static func betterKernels(than current: String, on features: Set<Substring>) -> String? {
    for generation in generations {
      if generation.kernels.contains(current) { return nil }
      if generation.features.isSubset(of: features) { return generation.kernels[0] }
    }
    return nil
  }

  /// Kernels of x86-64, most demanding first; those in one entry are equally good.
  private static let generations: [(kernels: [String], features: Set<Substring>)] = [
    (
      ["SkylakeX", "Cooperlake", "SapphireRapids"],
      ["avx512f", "avx512cd", "avx512bw", "avx512dq", "avx512vl", "avx2", "fma"]
    ),
    (["Haswell", "Zen"], ["avx2", "fma"]),
  ]

  /// Features of the first processor that the system lets programs use.
  private static func processorFeatures() -> Set<Substring> {
    guard let file = unsafe fopen("/proc/cpuinfo", "r") else { return [] }
    defer { unsafe fclose(file) }
    // The first processor is enough: with hundreds, the file is long and slow to read.
    let text = unsafe String(unsafeUninitializedCapacity: 1 << 13) { buffer in
      unsafe fread(buffer.baseAddress, 1, buffer.count, file)
    }
    let line = text.split(separator: "\n").first { $0.hasPrefix("flags") }
    return Set(line?.split(separator: " ") ?? [])
  }
}
