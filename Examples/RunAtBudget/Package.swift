// swift-tools-version: 6.3
import PackageDescription

let package = Package(
  name: "RunAtBudget",
  dependencies: [.package(url: "https://example.org/dynamoe.git", exact: "0.1.0")],
  targets: [
    .executableTarget(
      name: "RunAtBudget", dependencies: [.product(name: "DynamoeKit", package: "dynamoe")])
  ]
)
