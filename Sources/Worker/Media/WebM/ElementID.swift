// The element identifiers this module knows, with their length markers as they stand in a file
// (RFC 8794 section 5, RFC 9559 section 5.1).

enum ElementID {
    // EBML header (RFC 8794 section 11.2)
    static let ebml: UInt32 = 0x1A45_DFA3
    static let ebmlVersion: UInt32 = 0x4286
    static let ebmlReadVersion: UInt32 = 0x42F7
    static let ebmlMaxIDLength: UInt32 = 0x42F2
    static let ebmlMaxSizeLength: UInt32 = 0x42F3
    static let docType: UInt32 = 0x4282
    static let docTypeVersion: UInt32 = 0x4287
    static let docTypeReadVersion: UInt32 = 0x4285

    // Anywhere
    static let void: UInt32 = 0xEC
    static let crc32: UInt32 = 0xBF

    // Top level and the Segment's children
    static let segment: UInt32 = 0x1853_8067
    static let seekHead: UInt32 = 0x114D_9B74
    static let info: UInt32 = 0x1549_A966
    static let tracks: UInt32 = 0x1654_AE6B
    static let cluster: UInt32 = 0x1F43_B675
    static let cues: UInt32 = 0x1C53_BB6B
    static let attachments: UInt32 = 0x1941_A469
    static let chapters: UInt32 = 0x1043_A770
    static let tags: UInt32 = 0x1254_C367

    // Info
    static let timestampScale: UInt32 = 0x2AD7B1
    static let duration: UInt32 = 0x4489
    static let muxingApp: UInt32 = 0x4D80
    static let writingApp: UInt32 = 0x5741

    // Tracks
    static let trackEntry: UInt32 = 0xAE
    static let trackNumber: UInt32 = 0xD7
    static let trackUID: UInt32 = 0x73C5
    static let trackType: UInt32 = 0x83
    static let flagEnabled: UInt32 = 0xB9
    static let flagDefault: UInt32 = 0x88
    static let flagLacing: UInt32 = 0x9C
    static let trackTimestampScale: UInt32 = 0x23314F
    static let defaultDuration: UInt32 = 0x23E383
    static let maxBlockAdditionID: UInt32 = 0x55EE
    static let name: UInt32 = 0x536E
    static let language: UInt32 = 0x22B59C
    static let languageBCP47: UInt32 = 0x22B59D
    static let codecID: UInt32 = 0x86
    static let codecPrivate: UInt32 = 0x63A2
    static let codecDelay: UInt32 = 0x56AA
    static let seekPreRoll: UInt32 = 0x56BB

    // Video
    static let video: UInt32 = 0xE0
    static let flagInterlaced: UInt32 = 0x9A
    static let stereoMode: UInt32 = 0x53B8
    static let alphaMode: UInt32 = 0x53C0
    static let pixelWidth: UInt32 = 0xB0
    static let pixelHeight: UInt32 = 0xBA
    static let pixelCropBottom: UInt32 = 0x54AA
    static let pixelCropTop: UInt32 = 0x54BB
    static let pixelCropLeft: UInt32 = 0x54CC
    static let pixelCropRight: UInt32 = 0x54DD
    static let displayWidth: UInt32 = 0x54B0
    static let displayHeight: UInt32 = 0x54BA
    static let displayUnit: UInt32 = 0x54B2
    static let uncompressedFourCC: UInt32 = 0x2EB524
    static let colour: UInt32 = 0x55B0
    static let matrixCoefficients: UInt32 = 0x55B1
    static let chromaSitingVertical: UInt32 = 0x55B8
    static let colourRange: UInt32 = 0x55B9
    static let transferCharacteristics: UInt32 = 0x55BA
    static let colourPrimaries: UInt32 = 0x55BB
    static let masteringMetadata: UInt32 = 0x55D0
    static let projection: UInt32 = 0x7670

    // Audio
    static let audio: UInt32 = 0xE1
    static let samplingFrequency: UInt32 = 0xB5
    static let outputSamplingFrequency: UInt32 = 0x78B5
    static let channels: UInt32 = 0x9F
    static let bitDepth: UInt32 = 0x6264

    // ContentEncodings
    static let contentEncodings: UInt32 = 0x6D80
    static let contentEncoding: UInt32 = 0x6240
    static let contentEncodingScope: UInt32 = 0x5032
    static let contentEncodingType: UInt32 = 0x5033
    static let contentCompression: UInt32 = 0x5034
    static let contentCompAlgo: UInt32 = 0x4254
    static let contentCompSettings: UInt32 = 0x4255

    // Cluster
    static let timestamp: UInt32 = 0xE7
    static let silentTracks: UInt32 = 0x5854
    static let position: UInt32 = 0xA7
    static let previousSize: UInt32 = 0xAB
    static let simpleBlock: UInt32 = 0xA3
    static let blockGroup: UInt32 = 0xA0

    // BlockGroup
    static let block: UInt32 = 0xA1
    static let blockDuration: UInt32 = 0x9B
    static let referenceBlock: UInt32 = 0xFB
    static let discardPadding: UInt32 = 0x75A2

    /// Children of the Segment: the identifiers that end a Cluster of unknown size.
    static func isSegmentLevel(_ id: UInt32) -> Bool {
        switch id {
        case seekHead, info, tracks, cluster, cues, attachments, chapters, tags: true
        default: false
        }
    }
}
