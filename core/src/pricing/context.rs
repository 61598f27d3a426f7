//! What a price depends on beside the model and the time.

use alloc::string::String;
use alloc::vec::Vec;

/// A circumstance that prices depend on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum Circumstance {
    /// How it was sent: `batch`. Responses do not say it.
    Processing,
    /// Where it ran: `us`, `eu` (Anthropic's `inference_geo`).
    Region,
    /// Which search (Perplexity): `fast`.
    SearchType,
    /// The service tier that was given: `flex`, `priority`, `fast`, `ultrafast`.
    ServiceTier,
    /// Anthropic's speed: `fast`.
    Speed,
}

impl Circumstance {
    /// Every one, in alphabetical order.
    pub const ALL: [Self; 5] =
        [Self::Processing, Self::Region, Self::SearchType, Self::ServiceTier, Self::Speed];

    /// The stable name, as price tables spell it: `processing`, `region`, `search_type`,
    /// `service_tier`, `speed`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Processing => "processing",
            Self::Region => "region",
            Self::SearchType => "search_type",
            Self::ServiceTier => "service_tier",
            Self::Speed => "speed",
        }
    }

    /// The one of that name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|c| c.name() == name)
    }
}

/// Under which circumstances a call was made.
///
/// What the response reports counts, not what the request asked for: a tier may have been
/// downgraded. What is not set, or is no circumstance of any price (`default`, `auto`), is standard.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PriceContext<'a> {
    values: [Option<&'a str>; Circumstance::ALL.len()],
}

impl<'a> PriceContext<'a> {
    /// The standard circumstances.
    pub const STANDARD: Self = Self { values: [None; Circumstance::ALL.len()] };

    /// The same with one circumstance set; `None` leaves it as it is.
    #[must_use]
    pub fn with(mut self, circumstance: Circumstance, value: Option<&'a str>) -> Self {
        if value.is_some() {
            self.values[circumstance as usize] = value;
        }
        self
    }

    /// The value of a circumstance.
    pub const fn get(&self, circumstance: Circumstance) -> Option<&'a str> {
        self.values[circumstance as usize]
    }
}

/// What a rule demands of the circumstances: for each one named, one of the values.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Demands(pub(super) Vec<(Circumstance, Vec<String>)>);

impl Demands {
    pub(super) fn are_met(&self, context: &PriceContext<'_>) -> bool {
        self.0.iter().all(|(circumstance, values)| {
            let value = context.get(*circumstance);
            value.is_some_and(|value| values.iter().any(|v| v.eq_ignore_ascii_case(value)))
        })
    }
}
