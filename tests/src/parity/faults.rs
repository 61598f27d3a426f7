//! Everything that the simulated provider does, as cases: calls on each wire, and every pair of wires.

use tokenwire_core::call::Deadlines;
use tokenwire_core::json::RawJson;
use tokenwire_core::model::{Message, Request, Tool, Wire};
use tokenwire_core::protocol::{Caps, Dialect};
use tokenwire_core::retry::{AfterCommit, Jitter};

use super::question::Question;
use super::reply::Reply;
use super::setup::Setup;
use super::{Answers, Case};

/// What goes wrong, as plans write it.
const FAULTS: &[&str] = &[
    // Statuses.
    "400",
    "401",
    "402",
    "403",
    "404",
    "405",
    "408",
    "409",
    "413",
    "422",
    "425",
    "429",
    "500",
    "501",
    "502",
    "503",
    "504",
    "520",
    "529",
    "auth",
    "context",
    "quota",
    "overloaded",
    // How they say when to come back.
    "429 retry-after=1",
    "429 retry-after=2.5",
    "429 retry-after=-1",
    "429 retry-after=soon",
    "429 retry-after=600",
    "429 retry-after=date:3",
    "429 retry-after=rfc850:3",
    "429 retry-after=asctime:3",
    "429 retry-after-ms=1500",
    "429 reset=rfc3339:5",
    "429 reset=unix:5",
    "429 reset=go:6m0s",
    "429 reset=go:1.5s",
    "429 retry-info=2s",
    "429 retry-info=0.25s",
    "400 should-retry=true",
    "503 should-retry=false",
    "503 retry-after=7 should-retry=true",
    // Their bodies.
    "503 html",
    "503 empty",
    "429 html retry-after=1",
    "500 json",
    "502 json",
    "404 html",
    "401 empty",
    // Connections.
    "refused",
    "reset",
    "hang",
    "slow-head@500",
    "slow-head@50000",
    "cut@0",
    "cut@1",
    "cut@40",
    "cut@200",
    "cut@700",
    "stall@0",
    "stall@1",
    "stall@4",
    "drip@16:1",
    "drip@1:3",
    "drip@100:40000",
    // Bodies.
    "error@0",
    "error@1",
    "error@4",
    "no-end",
    "bad-json@0",
    "bad-json@1",
    "bad-json@4",
    "split",
    "huge-line@40k",
    "huge-body@80k",
    BAD_HEADER,
];

/// A header that is not text reaches no JavaScript as it was: the simulated provider there leaves it out.
const BAD_HEADER: &str = "bad-header";

/// Good answers.
const SETTINGS: &[&str] = &[
    "ok",
    "think",
    "think,no-tools",
    "no-tools,deltas@40",
    "tools,deltas@3,seed@7",
    "no-tools,finish@length",
    "finish@content_filter",
    "finish@refusal",
    "finish@stop_sequence",
    "finish@pause",
];

/// How a call is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Way {
    /// As a stream, with the package's policy.
    Stream,
    /// Not as a stream.
    Whole,
    /// Told to discard what a break left behind.
    Discard,
    /// Read on after a break, in the background.
    Resume,
    /// With little time.
    Hasty,
    /// With all the time there is.
    Patient,
    /// With little money.
    Frugal,
    /// Given up by the caller on the way.
    Cancelled,
}

const WAYS: [Way; 8] = [
    Way::Stream,
    Way::Whole,
    Way::Discard,
    Way::Resume,
    Way::Hasty,
    Way::Patient,
    Way::Frugal,
    Way::Cancelled,
];

/// How an application is answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Form {
    /// With a stream; where both wires are the same, its bytes pass.
    Stream,
    /// Not with a stream; where both wires are the same, its bytes pass.
    Whole,
    /// With a stream that is one JSON array, which Gemini alone has: a break in it cannot be said within.
    Array,
    /// With a stream that is written anew though both wires are the same.
    Rewritten,
}

/// The cases: each fault met once, and met for ever.
pub fn faults() -> impl Iterator<Item = Case> {
    let once = FAULTS.iter().chain(SETTINGS).flat_map(|plan| on_all_wires(plan, &WAYS, true));
    let for_ever = FAULTS.iter().flat_map(|plan| {
        let (head, parameters) = plan.split_once(' ').unwrap_or((plan, ""));
        let plan = format!("{head}* {parameters}");
        on_all_wires(plan.trim_end(), &[Way::Stream, Way::Hasty, Way::Patient], false)
    });
    once.chain(for_ever).chain(Wire::ALL.into_iter().flat_map(unsendable))
}

fn on_all_wires(plan: &str, ways: &[Way], has_relays: bool) -> Vec<Case> {
    let mut cases = Vec::new();
    for wire in Wire::ALL {
        cases.extend(ways.iter().map(|way| call(plan, wire, *way)));
        for application in Wire::ALL.into_iter().filter(|_| has_relays) {
            cases.extend([Form::Stream, Form::Whole].map(|form| relay(plan, application, wire, form)));
            if application == Wire::Gemini {
                cases.push(relay(plan, application, wire, Form::Array));
            }
            if application == wire {
                cases.push(relay(plan, application, wire, Form::Rewritten));
            }
        }
    }
    cases
}

/// What no provider does: a request that the host cannot send.
fn unsendable(wire: Wire) -> [Case; 2] {
    let to = Wire::ALL[(wire as usize + 1) % Wire::ALL.len()];
    [call("unsendable", wire, Way::Stream), relay("unsendable", wire, to, Form::Whole)]
        .map(|case| Case { answers: Answers::Scripted(vec![Reply::unsendable()]), ..case })
}

fn call(plan: &str, wire: Wire, way: Way) -> Case {
    let mut request = request(wire);
    request.state.background = way == Way::Resume && wire == Wire::OpenaiResponses;
    let mut setup = setup(plan, wire);
    way.apply(&mut setup);
    let cancel_ms = match way {
        Way::Cancelled => Some(40),
        Way::Patient => Some(600_000),
        _ => None,
    };
    let name = format!("{plan}: {wire}, {way:?}").to_lowercase();
    Case { cancel_ms, ..case(name, Question::Call(Box::new(request)), setup) }
}

fn relay(plan: &str, application: Wire, wire: Wire, form: Form) -> Case {
    let question = Question::relayed(&request(application), application, form != Form::Whole);
    let mut question = question.expect("every wire carries a plain request");
    if form == Form::Array {
        question.ask_an_array();
    }
    let mut setup = setup(plan, wire);
    setup.translation.model = Some(model(wire).into());
    setup.translation.rewrite = form == Form::Rewritten;
    setup.translation.ask_usage = application == wire;
    let name = format!("{plan}: {application} to {wire}, {form:?}").to_lowercase();
    case(name, question, setup)
}

fn case(name: String, question: Question, setup: Setup) -> Case {
    // Any number of 32 bits that the name decides, so that jitters differ.
    let seed =
        name.bytes().fold(0x811c_9dc5_u32, |seed, byte| (seed ^ u32::from(byte)).wrapping_mul(0x0100_0193));
    let answers = Answers::Simulated { is_same_there: !name.starts_with(BAD_HEADER) };
    Case { name: format!("sim {name}"), question, setup, seed, answers, cancel_ms: None }
}

fn setup(plan: &str, wire: Wire) -> Setup {
    let mut setup = Setup::of(Dialect::of_wire(wire));
    setup.headers = vec![("x-sim-plan", plan.to_owned())];
    let options = &mut setup.options;
    options.deadlines = Deadlines {
        head_ms: Some(10_000),
        first_event_ms: Some(20_000),
        stall_ms: Some(5_000),
        ..Deadlines::default()
    };
    options.caps = Caps {
        event_bytes: 16 << 10,
        body_bytes: 32 << 10,
        attempt_bytes: 60 << 10,
        response_bytes: 24 << 10,
        ..Caps::default()
    };
    setup
}

/// Wörds of several bytes, and a tool to call.
fn request(wire: Wire) -> Request {
    let mut request = Request::new(model(wire), vec![Message::user("Grüße, 東京! \u{8}\u{c}\u{feff}")]);
    request.tools = vec![Tool::function(
        "lookup",
        "Looks a word up.",
        RawJson::parse(r#"{"type":"object","properties":{"q":{"type":"string"}},"required":["q"]}"#)
            .expect("a schema"),
    )];
    request.limits.max_output_tokens = Some(512);
    request
}

/// One that has a price.
const fn model(wire: Wire) -> &'static str {
    match wire {
        Wire::Anthropic => "claude-haiku-4-5",
        Wire::Gemini => "gemini-2.5-flash",
        Wire::OpenaiChat | Wire::OpenaiResponses => "gpt-4o-mini",
    }
}

impl Way {
    fn apply(self, setup: &mut Setup) {
        let options = &mut setup.options;
        match self {
            Self::Cancelled | Self::Stream => {}
            Self::Discard => options.retry.after_commit = AfterCommit::DiscardAndRetry,
            Self::Frugal => {
                options.accounting.estimates = true;
                options.accounting.limits.max_cost = "0.000012".parse().ok();
                options.accounting.limits.max_tokens = Some(400);
                options.accounting.key = "team-ä".into();
            }
            Self::Hasty => {
                options.deadlines.attempt_ms = Some(1_200);
                options.deadlines.call_ms = Some(2_500);
                options.retry.backoff.base_ms = 200;
                options.retry.total_ms = Some(2_000);
            }
            Self::Patient => {
                options.retry.max_attempts = None;
                options.retry.max_hint_ms = None;
                options.retry.backoff.cap_ms = 60_000;
                options.retry.backoff.jitter = Jitter::Additive { percent: 50 };
            }
            Self::Resume => {
                options.retry.after_commit = AfterCommit::Resume;
                options.retry.max_attempts = Some(6);
            }
            Self::Whole => options.stream = false,
        }
    }
}
