//! What is counted, and what is counted in what.

/// What is counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum Bucket {
    /// All tokens read, cached and written ones included.
    Input,
    /// All tokens produced, thinking included.
    Output,
    /// Tokens read from a prompt cache; part of `Input`.
    CacheRead,
    /// Tokens written to a prompt cache; part of `Input`.
    CacheWrite,
    /// Written for 5 minutes; part of `CacheWrite`.
    CacheWrite5m,
    /// Written for 30 minutes; part of `CacheWrite`.
    CacheWrite30m,
    /// Written for an hour; part of `CacheWrite`.
    CacheWrite1h,
    /// Written for 12 hours; part of `CacheWrite`.
    CacheWrite12h,
    /// Sound read; part of `Input`.
    InputAudio,
    /// Pictures and documents read; part of `Input`.
    InputImage,
    /// Moving pictures read; part of `Input`.
    InputVideo,
    /// Sound read from a cache; part of `CacheRead` and `InputAudio`.
    CacheReadAudio,
    /// Pictures read from a cache; part of `CacheRead` and `InputImage`.
    CacheReadImage,
    /// Thinking; part of `Output`.
    OutputReasoning,
    /// Sound made; part of `Output`.
    OutputAudio,
    /// Pictures made; part of `Output`.
    OutputImage,
    /// Moving pictures made; part of `Output`.
    OutputVideo,
    /// Citations made (Perplexity); part of `Output`.
    OutputCitation,
    /// Predicted tokens that were used; part of `Output`.
    PredictionAccepted,
    /// Predicted tokens that were not; part of `Output`.
    PredictionRejected,
    /// Web searches that the provider made.
    WebSearch,
    /// Pages that the provider fetched.
    WebFetch,
    /// File searches that the provider made.
    FileSearch,
    /// Characters read, where speech is billed by them.
    InputCharacters,
    /// Calls, where one has a fee.
    Request,
    /// Text messages, where one has a fee.
    TextMessage,
    /// Pages of documents read.
    DocumentPage,
    /// Pages that were annotated too; part of `DocumentPage`.
    AnnotatedPage,
    /// Seconds of sound.
    AudioSecond,
    /// Seconds of sound read; part of `AudioSecond`.
    InputAudioSecond,
}

impl Bucket {
    /// Every bucket, wholes before their parts.
    pub const ALL: [Self; 30] = [
        Self::Input,
        Self::Output,
        Self::CacheRead,
        Self::CacheWrite,
        Self::CacheWrite5m,
        Self::CacheWrite30m,
        Self::CacheWrite1h,
        Self::CacheWrite12h,
        Self::InputAudio,
        Self::InputImage,
        Self::InputVideo,
        Self::CacheReadAudio,
        Self::CacheReadImage,
        Self::OutputReasoning,
        Self::OutputAudio,
        Self::OutputImage,
        Self::OutputVideo,
        Self::OutputCitation,
        Self::PredictionAccepted,
        Self::PredictionRejected,
        Self::WebSearch,
        Self::WebFetch,
        Self::FileSearch,
        Self::InputCharacters,
        Self::Request,
        Self::TextMessage,
        Self::DocumentPage,
        Self::AnnotatedPage,
        Self::AudioSecond,
        Self::InputAudioSecond,
    ];

    /// The stable name, as the price tables spell it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Input => "input",
            Self::Output => "output",
            Self::CacheRead => "cache_read",
            Self::CacheWrite => "cache_write",
            Self::CacheWrite5m => "cache_write_5m",
            Self::CacheWrite30m => "cache_write_30m",
            Self::CacheWrite1h => "cache_write_1h",
            Self::CacheWrite12h => "cache_write_12h",
            Self::InputAudio => "input_audio",
            Self::InputImage => "input_image",
            Self::InputVideo => "input_video",
            Self::CacheReadAudio => "cache_read_audio",
            Self::CacheReadImage => "cache_read_image",
            Self::OutputReasoning => "output_reasoning",
            Self::OutputAudio => "output_audio",
            Self::OutputImage => "output_image",
            Self::OutputVideo => "output_video",
            Self::OutputCitation => "output_citation",
            Self::PredictionAccepted => "prediction_accepted",
            Self::PredictionRejected => "prediction_rejected",
            Self::WebSearch => "web_search",
            Self::WebFetch => "web_fetch",
            Self::FileSearch => "file_search",
            Self::InputCharacters => "input_characters",
            Self::Request => "request",
            Self::TextMessage => "text_message",
            Self::DocumentPage => "document_page",
            Self::AnnotatedPage => "annotated_page",
            Self::AudioSecond => "audio_second",
            Self::InputAudioSecond => "input_audio_second",
        }
    }

    /// The bucket of that [`name`](Self::name).
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|bucket| bucket.name() == name)
    }

    /// The buckets that this one is counted in as well.
    pub const fn wholes(self) -> &'static [Self] {
        match self {
            Self::CacheRead | Self::CacheWrite | Self::InputAudio | Self::InputImage | Self::InputVideo => {
                &[Self::Input]
            }
            Self::CacheWrite5m | Self::CacheWrite30m | Self::CacheWrite1h | Self::CacheWrite12h => {
                &[Self::CacheWrite, Self::Input]
            }
            Self::CacheReadAudio => &[Self::CacheRead, Self::InputAudio, Self::Input],
            Self::CacheReadImage => &[Self::CacheRead, Self::InputImage, Self::Input],
            Self::OutputReasoning
            | Self::OutputAudio
            | Self::OutputImage
            | Self::OutputVideo
            | Self::OutputCitation
            | Self::PredictionAccepted
            | Self::PredictionRejected => &[Self::Output],
            Self::AnnotatedPage => &[Self::DocumentPage],
            Self::InputAudioSecond => &[Self::AudioSecond],
            Self::Input
            | Self::Output
            | Self::WebSearch
            | Self::WebFetch
            | Self::FileSearch
            | Self::InputCharacters
            | Self::Request
            | Self::TextMessage
            | Self::DocumentPage
            | Self::AudioSecond => &[],
        }
    }

    /// How many of its units one price covers, as price tables state prices: a million tokens or
    /// characters, a thousand searches, pages or requests, 3,600 seconds.
    pub const fn units(self) -> u32 {
        match self {
            Self::WebSearch
            | Self::WebFetch
            | Self::FileSearch
            | Self::Request
            | Self::TextMessage
            | Self::DocumentPage
            | Self::AnnotatedPage => 1_000,
            Self::AudioSecond | Self::InputAudioSecond => 3_600,
            _ => 1_000_000,
        }
    }

    /// Whether it counts tokens.
    pub const fn is_tokens(self) -> bool {
        self.units() == 1_000_000 && !matches!(self, Self::InputCharacters)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn buckets_stand_at_their_own_number() {
        for (at, bucket) in Bucket::ALL.into_iter().enumerate() {
            assert_eq!(bucket as usize, at);
            assert_eq!(Bucket::parse(bucket.name()), Some(bucket));
        }
    }

    #[test]
    fn wholes_come_before_their_parts_and_reach_to_the_top() {
        for bucket in Bucket::ALL {
            for whole in bucket.wholes() {
                assert!(whole < &bucket, "{} in {}", bucket.name(), whole.name());
                assert!(whole.wholes().iter().all(|top| bucket.wholes().contains(top)));
            }
        }
    }
}
