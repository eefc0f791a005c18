// One track in a period of a manifest: an adaptation set with a single representation. All times are ticks
// of the track's time scale.

package struct AdaptationSet: Sendable, Equatable {
    package enum Form: Sendable, Equatable {
        case picture(width: Int, height: Int, frameRateMilli: UInt64?)
        case sound(sampleRateHz: Int, channels: Int)
    }

    package var rendition: RenditionName
    package var form: Form
    /// As RFC 6381 has it.
    package var codec: String
    package var bandwidth: Bandwidth
    /// As RFC 5646 has it.
    package var language: String?
    /// What people see.
    package var label: String?
    /// Players choose it by themselves.
    package var isDefault: Bool
    package var timescale: UInt32
    /// The track's time at the period's start.
    package var timeOffset: UInt64
    /// The wall clock, in Unix milliseconds, at the period's start.
    package var producerMs: UInt64
    package var initializationTemplate: String
    package var segmentTemplate: String
    package var segments: SegmentAddressing

    package init(
        rendition: RenditionName, form: Form, codec: String, bandwidth: Bandwidth,
        language: String? = nil, label: String? = nil, isDefault: Bool = true, timescale: UInt32,
        timeOffset: UInt64, producerMs: UInt64, initializationTemplate: String,
        segmentTemplate: String, segments: SegmentAddressing
    ) {
        self.rendition = rendition
        self.form = form
        self.codec = codec
        self.bandwidth = bandwidth
        self.language = language
        self.label = label
        self.isDefault = isDefault
        self.timescale = timescale
        self.timeOffset = timeOffset
        self.producerMs = producerMs
        self.initializationTemplate = initializationTemplate
        self.segmentTemplate = segmentTemplate
        self.segments = segments
    }

    private var contentType: String { rendition.kind == .video ? "video" : "audio" }

    func write(to text: inout XMLText, id: UInt64, clock: UTCTiming, isLowLatency: Bool) {
        text.element("AdaptationSet") { set in
            set.attribute("id", id)
            set.attribute("contentType", contentType)
            set.attribute("mimeType", "\(contentType)/mp4")
            if let language, !language.isEmpty { set.attribute("lang", language) }
            set.attribute("segmentAlignment", "true")
            // Of pictures nobody can promise it: key frames are the encoder's.
            if rendition.kind == .audio { set.attribute("startWithSAP", 1) }
            if isLowLatency {
                set.element("SupplementalProperty") {
                    $0.attribute("schemeIdUri", "urn:dvb:dash:lowlatency:critical:2019")
                    $0.attribute("value", "true")
                }
            }
            if let label, !label.isEmpty { set.element("Label", text: label) }
            if isLowLatency { writeProducerTime(to: &set, id: id, clock: clock) }
            set.element("Role") {
                $0.attribute("schemeIdUri", "urn:mpeg:dash:role:2011")
                $0.attribute("value", isDefault ? "main" : "alternate")
            }
            writeTemplate(to: &set)
            writeRepresentation(to: &set)
        }
    }

    private func writeProducerTime(to set: inout XMLText, id: UInt64, clock: UTCTiming) {
        set.element("ProducerReferenceTime") { reference in
            reference.attribute("id", id)
            reference.attribute("type", "encoder")
            reference.attribute("wallClockTime", dateMs: producerMs)
            reference.attribute("presentationTime", timeOffset)
            clock.write(to: &reference)
        }
    }

    private func writeTemplate(to set: inout XMLText) {
        set.element("SegmentTemplate") { template in
            template.attribute("timescale", UInt64(timescale))
            template.attribute("presentationTimeOffset", timeOffset)
            template.attribute("initialization", initializationTemplate)
            template.attribute("media", segmentTemplate)
            segments.write(to: &template, timescale: timescale)
        }
    }

    private func writeRepresentation(to set: inout XMLText) {
        set.element("Representation") { representation in
            representation.attribute("id", rendition.text)
            representation.attribute("codecs", codec)
            representation.attribute("bandwidth", bandwidth.peak)
            switch form {
            case .picture(let width, let height, let rate):
                representation.attribute("width", UInt64(max(width, 0)))
                representation.attribute("height", UInt64(max(height, 0)))
                if let rate {
                    representation.attribute(
                        "frameRate", rate % 1_000 == 0 ? "\(rate / 1_000)" : "\(rate)/1000")
                }
            case .sound(let sampleRateHz, let channels):
                representation.attribute("audioSamplingRate", UInt64(max(sampleRateHz, 0)))
                representation.element("AudioChannelConfiguration") {
                    $0.attribute(
                        "schemeIdUri",
                        "urn:mpeg:dash:23003:3:audio_channel_configuration:2011")
                    $0.attribute("value", UInt64(max(channels, 0)))
                }
            }
        }
    }
}
