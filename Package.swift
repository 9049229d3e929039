// swift-tools-version: 6.1
import PackageDescription

// Arrows point one way: each target depends only on those above it.
let package = Package(
  name: "latentwalk",
  products: [
    .executable(name: "latentwalk", targets: ["latentwalk"]),
    .library(name: "LatentWalk", targets: ["Walk", "Diffusion", "Scripts", "Render", "Video", "Pixels", "Tensors"]),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.5.0"),
    .package(url: "https://github.com/jpsim/Yams", from: "6.0.0"),
  ],
  targets: [
    // C libraries, seen from Swift.
    .systemLibrary(
      name: "CFFmpeg", providers: [.apt(["libavcodec-dev", "libavformat-dev", "libswscale-dev", "libswresample-dev"])]),
    .systemLibrary(name: "CFreeType", pkgConfig: "fontconfig", providers: [.apt(["libfontconfig-dev"])]),
    .target(name: "CKernels", linkerSettings: [.linkedLibrary("gomp"), .linkedLibrary("m")]),
    .target(
      name: "CDNN", dependencies: ["CKernels"],
      linkerSettings: [.linkedLibrary("dnnl"), .linkedLibrary("gomp")]),

    // The engine.
    .target(name: "Tensors", dependencies: ["CDNN", "CKernels"]),
    .target(name: "FFmpeg", dependencies: ["CFFmpeg"]),
    .target(name: "Pixels", dependencies: ["FFmpeg", "CFFmpeg", "CFreeType"]),
    .target(name: "Diffusion", dependencies: ["Tensors", "Pixels"]),

    // The walk and its film.
    .target(name: "Walk", dependencies: ["Diffusion", "Tensors", "Pixels"]),
    .target(name: "Video", dependencies: ["Pixels", "FFmpeg", "CFFmpeg"]),
    .target(
      name: "Scripts",
      dependencies: ["Walk", "Diffusion", "Video", "Pixels", "Tensors", .product(name: "Yams", package: "Yams")]),
    .target(
      name: "Render",
      dependencies: ["Video", "Pixels", "FFmpeg"]),

    // The command line.
    .executableTarget(
      name: "latentwalk",
      dependencies: [
        "Scripts", "Render", "Walk", "Diffusion", "Video", "Pixels", "Tensors",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ]),

    // The library as others see it: public names only.
    .executableTarget(
      name: "Morph", dependencies: ["Walk", "Diffusion", "Video"], path: "Examples/Morph", packageAccess: false),

    // Our side of Benchmarks/bench.py.
    .executableTarget(name: "Benchmark", dependencies: ["Walk", "Diffusion", "Tensors"]),

    // Tests mirror the modules.
    .target(name: "TestSupport", dependencies: ["Tensors", "Pixels"], path: "Tests/TestSupport"),
    .testTarget(name: "TensorsTests", dependencies: ["Tensors", "TestSupport"]),
    .testTarget(name: "PixelsTests", dependencies: ["Pixels", "TestSupport"]),
    .testTarget(name: "DiffusionTests", dependencies: ["Diffusion", "TestSupport"]),
    .testTarget(name: "WalkTests", dependencies: ["Walk", "TestSupport"]),
    .testTarget(name: "VideoTests", dependencies: ["Video", "FFmpeg", "CFFmpeg", "TestSupport"]),
    .testTarget(name: "ScriptsTests", dependencies: ["Scripts", "TestSupport"]),
    .testTarget(name: "RenderTests", dependencies: ["Render", "TestSupport"]),
    .testTarget(name: "CommandTests", dependencies: ["latentwalk", "TestSupport"]),
  ],
  swiftLanguageModes: [.v6],
  cLanguageStandard: .gnu17
)

for target in package.targets where ![.system, .plugin, .binary].contains(target.type) {
  target.swiftSettings = [
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
  ]
}
