// The beginnings of real key frames (130x98 pixels, interlaced 136x104) with the decoder set-up that
// ffmpeg wrote for them: libx264, libx265, libvpx, libaom, SVT-AV1, rav1e. Of H.264 and HEVC the
// parameter sets are given one by one, because ffmpeg takes them out of the frames.

struct CodecSample: Sendable, CustomStringConvertible {
    let description: String
    let codecID: String
    let codecString: String
    let codecPrivate: [UInt8]
    let parameterSets: [[UInt8]]
    /// The frame; of H.264 and HEVC the first unit of its slices.
    let frame: [UInt8]

    init(
        _ name: String, _ codecID: String, _ string: String, setUp: String, sets: [String] = [],
        frame: String
    ) {
        description = name
        self.codecID = codecID
        codecString = string
        codecPrivate = CodecSample.bytes(setUp)
        parameterSets = sets.map(CodecSample.bytes)
        self.frame = CodecSample.bytes(frame)
    }

    static func named(_ name: String) -> CodecSample { all.first { $0.description == name }! }

    private static func bytes(_ hex: String) -> [UInt8] {
        let digits = hex.utf8.map { $0 < 0x3A ? $0 - 0x30 : $0 - 0x57 }
        return stride(from: 0, to: digits.count, by: 2).map { digits[$0] << 4 | digits[$0 + 1] }
    }

    /// Its units behind start codes of four and three bytes, as a recorder without a container writes
    /// them.
    var withStartCodes: [UInt8] {
        guard !parameterSets.isEmpty else { return frame }
        var bytes: [UInt8] = []
        for set in parameterSets { bytes += [0, 0, 0, 1] + set }
        return bytes + [0, 0, 1] + frame
    }

    /// The same behind lengths of four bytes.
    var withLengths: [UInt8] {
        guard !parameterSets.isEmpty else { return frame }
        var bytes: [UInt8] = []
        for unit in parameterSets + [frame] { bytes += [0, 0, 0, UInt8(unit.count)] + unit }
        return bytes
    }

    static let all: [CodecSample] = [
        CodecSample(
            "h264-8", "V_MPEG4/ISO/AVC", "avc1.64000B",
            setUp: "0164000bffe1001a6764000bacd9424fe2223011000003000100000300320f1429960100"
                + "0668ebe3cb22c0fdf8f800",
            sets: ["6764000bacd9424fe2223011000003000100000300320f142996", "68ebe3cb22c0"],
            frame: "6588840021ffd3d666e7691ca1b3e84fadf19374e1ea5c381a71aa89671a9bd9b22f9e19"
                + "d01346a6"),
        CodecSample(
            "h264-10", "V_MPEG4/ISO/AVC", "avc1.6E000B",
            setUp: "016e000bffe1001b676e000ba6cd9424fe2223011000000300100000030320f142996001"
                + "000668ebe3cb22c0fdfafa00",
            sets: ["676e000ba6cd9424fe2223011000000300100000030320f1429960", "68ebe3cb22c0"],
            frame: "6588840021ffd3d666e7691ca1b3e84fadf19374e1ea5c381a71aa896017fb7d9ac85edc"
                + "dcf942f9"),
        CodecSample(
            "h264-444", "V_MPEG4/ISO/AVC", "avc1.F4000B",
            setUp: "01f4000bffe1001a67f4000b919b2849fc7c7e0220000003002000000641e28532c00100"
                + "0668ebe3c44844fff8f800",
            sets: ["67f4000b919b2849fc7c7e0220000003002000000641e28532c0", "68ebe3c44844"],
            frame: "6588840021ffd3d666e7691c95b8305a38144ba70f52e1c0d38d544b38d4decd917cf0ce"
                + "809a3535"),
        CodecSample(
            "h264-base", "V_MPEG4/ISO/AVC", "avc1.42C00B",
            setUp: "0142c00bffe100196742c00bd9024fe2223011000003000100000300320f142a48010005"
                + "68cb83cb20",
            sets: ["6742c00bd9024fe2223011000003000100000300320f142a48", "68cb83cb20"],
            frame: "658884087c4222ae0c085f80ea4003ecccb320002d666914683e4eff702a2932dbe0b7f8"
                + "0a226914"),
        CodecSample(
            "h264-inter", "V_MPEG4/ISO/AVC", "avc1.640015",
            setUp: "01640015ffe1001a67640015acd94248f2cf808800000300080000030190f8a14cb00100"
                + "0668fba3cb22c0fdf8f800",
            sets: ["67640015acd94248f2cf808800000300080000030190f8a14cb0", "68fba3cb22c0"],
            frame: "6588820b077fcaacfdd878b8e41c00a615c54732fad5460e55542dd88bc9ecb0075d5f8b"
                + "c01f8662"),
        CodecSample(
            "hevc-8", "V_MPEGH/ISO/HEVC", "hvc1.1.6.L30.90",
            setUp: "0101600000009000000000001ef000fcfdf8f800000f03200001001840010c01ffff0160"
                + "0000030090000003000003001e959809210001002b420101016000000300900000030000"
                + "03001ea0112069c9265959a4932bc05a02000003000200000300321022000100074401c1"
                + "72b46240",
            sets: [
                "40010c01ffff01600000030090000003000003001e959809",
                "42010101600000030090000003000003001ea0112069c9265959a4932bc05a0200000300"
                    + "02000003003210", "4401c172b46240",
            ],
            frame: "2801af1d42e624627c25ccb62f418e76e69f7a17fd87773d2b60721864fae4143bf5d478"
                + "0c063a15"),
        CodecSample(
            "hevc-10", "V_MPEGH/ISO/HEVC", "hvc1.2.4.L30.90",
            setUp: "0102200000009000000000001ef000fcfdfafa00000f03200001001840010c01ffff0220"
                + "0000030090000003000003001e959809210001002b420101022000000300900000030000"
                + "03001ea0112069c92365959a4932bc05a0200000030020000003032122000100074401c1"
                + "72b46240",
            sets: [
                "40010c01ffff02200000030090000003000003001e959809",
                "42010102200000030090000003000003001ea0112069c92365959a4932bc05a020000003"
                    + "00200000030321", "4401c172b46240",
            ],
            frame: "2801af1d42e504627fffffffb61d36faa3e4612e76e69f7a17fd87773d2b60721864fae4"
                + "143bf5d4"),
        CodecSample(
            "hevc-444", "V_MPEGH/ISO/HEVC", "hvc1.4.10.L30.9E.8",
            setUp: "0104080000009e08000000001ef000fcfff8f800000f03200001001740010c01ffff0408"
                + "000003009e0800000300001e95980921000100294201010408000003009e080000030000"
                + "1e9002240d39e7cb2b349265780b404000000300400000064222000100084401c172860c"
                + "4624",
            sets: [
                "40010c01ffff0408000003009e0800000300001e959809",
                "4201010408000003009e0800000300001e9002240d39e7cb2b349265780b404000000300"
                    + "4000000642", "4401c172860c4624",
            ],
            frame: "2801af1d42be18c0f34cb9d7ace7695847d9dfd7f74a88e1e60a9c8a5855a15bd923c67e"
                + "ddd52929"),
        CodecSample(
            "vp8", "V_VP8", "vp8",
            setUp: "",
            frame: "f040009d012a820062000007088585888584880202032f750bf80fe00f4374afe4ff867f"
                + "c07fae7f"),
        CodecSample(
            "vp9-yuv420p", "V_VP9", "vp9",
            setUp: "",
            frame: "8249834200081006160438241c184a0008006faff5bef41ec1eb7917c6fc5f8ffbfe67ec"
                + "fd7e27f7"),
        CodecSample(
            "vp9-yuv422p", "V_VP9", "vp09.01.10.08",
            setUp: "",
            frame: "a249834208010200c2c087048383094001346faef7d47a6f60f5bc87e37e2fc7fdff33f6"
                + "7ebf13fb"),
        CodecSample(
            "vp9-yuv440p", "V_VP9", "vp09.01.10.08",
            setUp: "",
            frame: "a249834204010200c2c087048383094001286faff7d8fa6f60f5bc87e37e2fc7fdff33f6"
                + "7ebf13fb"),
        CodecSample(
            "vp9-yuv444p", "V_VP9", "vp09.01.10.08",
            setUp: "",
            frame: "a249834200010200c2c107048383094001426faff7d57bcf7b07a9f0be8be37e2fc7fdbf"
                + "3bf4fedf"),
        CodecSample(
            "vp9-gbrp", "V_VP9", "vp09.01.10.08",
            setUp: "",
            frame: "a2498342e0081006160238241c184a000c606f5ca7bcaf4bf57eabd37e0fc7ea395facf5"
                + "1f13c67e"),
        CodecSample(
            "vp9-yuv420p10le", "V_VP9", "vp09.02.10.10",
            setUp: "",
            frame: "92498342000408030b041c120e0c2c0003e06faef61f7a0f61f4fc8be37e2fc7fdff33f6"
                + "7ebf13fb"),
        CodecSample(
            "vp9-yuv444p12le", "V_VP9", "vp09.03.10.12",
            setUp: "",
            frame: "b124c1a14000408030b021c120e0c2e0004e806fb07adf4dec3c97d17c6fc5f8fd77e9fd"
                + "de37f7fc"),
        CodecSample(
            "av1-yuv420p", "V_AV1", "av01.0.00M.08",
            setUp: "81000c000a0a00000003b40e136be401",
            frame: "0a0a00000003b40e136be40132081000840002082088"),
        CodecSample(
            "av1-yuv420p10le", "V_AV1", "av01.0.00M.10",
            setUp: "81004c000a0a00000003b40e136be501",
            frame: "0a0a00000003b40e136be5013208100084e006186188"),
        CodecSample(
            "av1-yuv444p", "V_AV1", "av01.1.00M.08",
            setUp: "812000000a0a20000003b40e136be408",
            frame: "0a0a20000003b40e136be40832081000840002082088"),
        CodecSample(
            "av1-gbrp", "V_AV1", "av01.1.00M.08",
            setUp: "812000000a0d20000003b40e136be480868010",
            frame: "0a0d20000003b40e136be48086801032081000840002082088"),
        CodecSample(
            "av1-gray", "V_AV1", "av01.0.00M.08",
            setUp: "81001c000a0a00000003b40e136be4a8",
            frame: "0a0a00000003b40e136be4a832081000840008220000"),
        CodecSample(
            "av1-yuv422p12le", "V_AV1", "av01.2.00M.12",
            setUp: "814068000a0b40000003b40e136be58880",
            frame: "0a0b40000003b40e136be5888032081000852006186188"),
        CodecSample(
            "av1-svt10", "V_AV1", "av01.0.00M.10",
            setUp: "81004c000a0a00000003b40e100be101",
            frame: "0a0a00000003b40e13efe50132081400a23824dd6d59"),
        CodecSample(
            "av1-rav1e", "V_AV1", "av01.0.31M.08",
            setUp: "811f0c000a0e000000f9da0708842a2040404280",
            frame: "0a0e000000f9da0708842a20404042803208100227c8e27ebb78"),
    ]
}
