// What a track's Video says about how its pictures are shown (RFC 9559 sections 5.1.4.1.28.7 to
// 5.1.4.1.28.30).

extension VideoSettings {
    /// Nil when the container says nothing about it.
    var mediaColour: VideoColour? {
        let range = colour[ElementID.colourRange]
        let siting = colour[ElementID.chromaSitingVertical]
        return VideoColour(
            primaries: colour[ElementID.colourPrimaries].map { UInt8($0) },
            transfer: colour[ElementID.transferCharacteristics].map { UInt8($0) },
            matrix: colour[ElementID.matrixCoefficients].map { UInt8($0) },
            isFullRange: range == 1 ? false : range == 2 ? true : nil,
            isChromaBetweenLines: siting == 1 ? false : siting == 2 ? true : nil)
    }

    /// Of the size in which pictures are shown and the size that they have; nil when pixels are square.
    var pixelAspect: PixelAspect? {
        func shown(_ edge: UInt64, without crops: [UInt32]) -> Int {
            Int(edge) - crops.reduce(0) { $0 + Int(numbers[$1] ?? 0) }
        }
        let shownWidth = shown(
            width, without: [ElementID.pixelCropLeft, ElementID.pixelCropRight])
        let shownHeight = shown(
            height, without: [ElementID.pixelCropTop, ElementID.pixelCropBottom])
        // Whichever of both is not given is that of the picture.
        let displayWidth = numbers[ElementID.displayWidth].map { Int($0) } ?? shownWidth
        let displayHeight = numbers[ElementID.displayHeight].map { Int($0) } ?? shownHeight
        return PixelAspect(
            horizontal: displayWidth * shownHeight, vertical: displayHeight * shownWidth)
    }
}
