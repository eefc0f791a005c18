// What is written of a track's Video (RFC 9559 section 5.1.4.1.28): a list of elements, each with the
// values that it may have. Chromium refuses a whole init for an element that it does not know, so this
// is a list of what players need, and not of what is left out.

struct VideoSettings: Sendable, Equatable {
    var numbers = SettingList()
    private(set) var colour = SettingList()
    private var mastering = SettingList()
    private var projection = SettingList()
    private var projectionPrivate: [UInt8] = []
    private var fourCC: [UInt8] = []

    private static let edges: ClosedRange<UInt64> = 1...65_535
    /// Chromium takes no larger picture.
    private static let shownEdges: ClosedRange<UInt64> = 1...32_767
    private static let crops = [
        ElementID.pixelCropBottom, ElementID.pixelCropTop, ElementID.pixelCropLeft,
        ElementID.pixelCropRight,
    ]
    private static let display = [
        ElementID.displayWidth, ElementID.displayHeight, ElementID.displayUnit,
    ]
    private static let wanted: [Setting] =
        [
            Setting(ElementID.flagInterlaced, 1...2), Setting(ElementID.stereoMode, 1...14),
            Setting(ElementID.alphaMode, 1...1), Setting(ElementID.pixelWidth, edges),
            Setting(ElementID.pixelHeight, edges),
        ] + crops.map { Setting($0, edges) } + [
            Setting(ElementID.displayWidth, shownEdges),
            Setting(ElementID.displayHeight, shownEdges), Setting(ElementID.displayUnit, 1...4),
        ]
    /// Matrix, bits, subsampling, siting, range, transfer, primaries, light levels.
    private static let colourWanted: [Setting] = [
        Setting(ElementID.matrixCoefficients, 0...14), Setting(0x55B2, 1...16),
        Setting(0x55B3, 0...4), Setting(0x55B4, 0...4), Setting(0x55B5, 0...4),
        Setting(0x55B6, 0...4), Setting(0x55B7, 0...2),
        Setting(ElementID.chromaSitingVertical, 0...2),
        Setting(ElementID.colourRange, 0...3), Setting(ElementID.transferCharacteristics, 0...18),
        Setting(ElementID.colourPrimaries, 0...22), Setting(0x55BC, 0...65_535),
        Setting(0x55BD, 0...65_535),
    ]
    /// The mastering display's primaries, white point and luminance.
    private static let masteringWanted: [Setting] =
        (0x55D1...0x55D8).map { Setting(UInt32($0), floats: 0...1) }
        + [Setting(0x55D9, floats: 0...1_000_000), Setting(0x55DA, floats: 0...1_000_000)]
    private static let projectionType: UInt32 = 0x7671
    private static let projectionPrivateID: UInt32 = 0x7672
    private static let mostProjectionBytes = 1_024
    private static let projectionWanted: [Setting] = [
        Setting(projectionType, 0...3), Setting(0x7673, floats: -180...180),
        Setting(0x7674, floats: -90...90), Setting(0x7675, floats: -180...180),
    ]

    var width: UInt64 { numbers[ElementID.pixelWidth] ?? 0 }
    var height: UInt64 { numbers[ElementID.pixelHeight] ?? 0 }
    var hasAlpha: Bool { numbers[ElementID.alphaMode] == 1 }

    init() {}

    /// Reads the content of a Video element.
    init(_ content: Range<Int>, in bytes: Span<UInt8>) throws(MediaError) {
        var reader = ElementReader(children: content)
        while let child = try reader.next(in: bytes) {
            switch child.id {
            case ElementID.pixelWidth, ElementID.pixelHeight:
                guard try child.unsigned(in: bytes) <= 65_535 else {
                    throw .malformed("a picture size is out of range")
                }
                try numbers.read(child, in: bytes, wanted: VideoSettings.wanted)
            case ElementID.colour:
                try readColour(child.content, in: bytes)
            case ElementID.projection:
                try readProjection(child.content, in: bytes)
            case ElementID.uncompressedFourCC where child.content.count == 4:
                fourCC = child.contentBytes(in: bytes)
            default:
                try numbers.read(child, in: bytes, wanted: VideoSettings.wanted)
            }
        }
        tidy()
    }

    private mutating func readColour(
        _ content: Range<Int>, in bytes: Span<UInt8>
    ) throws(MediaError) {
        var reader = ElementReader(children: content)
        while let child = try reader.next(in: bytes) {
            guard child.id == ElementID.masteringMetadata else {
                try colour.read(child, in: bytes, wanted: VideoSettings.colourWanted)
                continue
            }
            var inner = ElementReader(children: child.content)
            while let child = try inner.next(in: bytes) {
                try mastering.read(child, in: bytes, wanted: VideoSettings.masteringWanted)
            }
        }
    }

    private mutating func readProjection(
        _ content: Range<Int>, in bytes: Span<UInt8>
    ) throws(MediaError) {
        var reader = ElementReader(children: content)
        while let child = try reader.next(in: bytes) {
            if child.id == VideoSettings.projectionPrivateID {
                guard child.content.count <= VideoSettings.mostProjectionBytes else { continue }
                projectionPrivate = child.contentBytes(in: bytes)
            } else {
                try projection.read(child, in: bytes, wanted: VideoSettings.projectionWanted)
            }
        }
    }

    /// Leaves out what contradicts itself.
    private mutating func tidy() {
        func crop(_ id: UInt32) -> UInt64 { numbers[id] ?? 0 }
        // Of left and top Chromium confuses one with the other; encoders fill at the right and below.
        if crop(ElementID.pixelCropLeft) > 0 || crop(ElementID.pixelCropTop) > 0
            || crop(ElementID.pixelCropRight) >= width
            || crop(ElementID.pixelCropBottom) >= height
        {
            numbers.remove(VideoSettings.crops)
        }
        // Centimetres and inches (1, 2) are a ratio, which is 3; of an unknown unit (4) it is not
        // known whether it is one.
        let unit = numbers[ElementID.displayUnit]
        if unit == 1 || unit == 2 { numbers[ElementID.displayUnit] = 3 }
        let isWhole =
            numbers[ElementID.displayWidth] != nil && numbers[ElementID.displayHeight] != nil
        if unit == 4 || unit != nil && !isWhole { numbers.remove(VideoSettings.display) }
        if !isProjectionWhole {
            projection = SettingList()
            projectionPrivate = []
        }
    }

    /// A flat projection has nothing but its angles, an equirectangular one has its five numbers, and
    /// others have what they need.
    private var isProjectionWhole: Bool {
        switch projection[VideoSettings.projectionType] {
        case 0: projectionPrivate.isEmpty
        case 1: projectionPrivate.count == 20
        case 2, 3: !projectionPrivate.isEmpty
        default: false
        }
    }

    /// What a key frame says counts for more than what the container says.
    mutating func correct(_ size: PictureSize) {
        numbers[ElementID.pixelWidth] = UInt64(size.width)
        numbers[ElementID.pixelHeight] = UInt64(size.height)
        tidy()
    }

    /// The content of the Video element to serve.
    func bytes(isUncompressed: Bool) -> [UInt8] {
        var bytes = numbers.bytes(VideoSettings.wanted)
        if isUncompressed, !fourCC.isEmpty {
            bytes.appendElement(ElementID.uncompressedFourCC, content: fourCC)
        }
        if !colour.isEmpty || !mastering.isEmpty {
            var content = colour.bytes(VideoSettings.colourWanted)
            if !mastering.isEmpty {
                content.appendElement(
                    ElementID.masteringMetadata,
                    content: mastering.bytes(VideoSettings.masteringWanted))
            }
            bytes.appendElement(ElementID.colour, content: content)
        }
        if !projection.isEmpty {
            var content = projection.bytes(VideoSettings.projectionWanted)
            if !projectionPrivate.isEmpty {
                content.appendElement(
                    VideoSettings.projectionPrivateID, content: projectionPrivate)
            }
            bytes.appendElement(ElementID.projection, content: content)
        }
        return bytes
    }
}
