// swift-tools-version: 6.3
import PackageDescription

let package = Package(
  name: "MakePlan",
  dependencies: [.package(url: "https://example.org/dynamoe.git", exact: "0.1.0")],
  targets: [
    .executableTarget(
      name: "MakePlan", dependencies: [.product(name: "DynamoeKit", package: "dynamoe")])
  ]
)
