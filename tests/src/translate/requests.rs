//! Recorded requests, for a provider on another wire.

use tokenwire_core::http::Headers;
use tokenwire_core::model::{Message, Request, Tool, Wire};
use tokenwire_core::protocol::{Asked, Incoming, SealKey, decode_request, encode_request};
use tokenwire_core::translate::{TranslateOptions, Translated, translate_request};

use super::report::{Pair, Report};
use super::target;
use crate::exchange::Exchange;

/// A recorded request, as an application's.
pub(super) struct Recorded<'a> {
    wire: Wire,
    path: &'a str,
    body: &'a str,
    asked: Option<Asked>,
}

impl<'a> Recorded<'a> {
    /// The request of an exchange; `None` where it was not recorded.
    pub(super) fn of(exchange: &'a Exchange, wire: Wire) -> Option<Self> {
        let (path, body) = (exchange.url_path.as_deref()?, exchange.request.as_deref()?);
        let asked = decode_request(wire, &incoming(path, body, &Headers::new()), &SealKey::default()).ok();
        Some(Self { wire, path, body, asked })
    }

    /// The same request as an application on `wire` would make it; `None` where it cannot.
    fn made_on(&self, wire: Wire) -> Option<(String, String)> {
        if wire == self.wire {
            return Some((self.path.into(), self.body.into()));
        }
        written(&self.asked.as_ref()?.request, wire)
    }

    /// A request with the same model and tools, and nothing else.
    fn bare(&self) -> Request {
        let request = self.asked.as_ref().map(|asked| &asked.request);
        let model = request.map_or("model", |request| request.model.as_str());
        let mut bare = Request::new(model, vec![Message::user("-")]);
        bare.tools = request.map_or_else(Vec::new, |request| {
            request.tools.iter().filter(|tool| matches!(tool, Tool::Function { .. })).cloned().collect()
        });
        bare
    }
}

fn incoming<'a>(path: &'a str, body: &'a str, headers: &'a Headers) -> Incoming<'a> {
    Incoming { path, headers, body }
}

/// Path and body of a streaming request on `wire`.
fn written(request: &Request, wire: Wire) -> Option<(String, String)> {
    let target = target(wire);
    let http = encode_request(request, &target, true).ok()?.http;
    let path = http.url.strip_prefix(target.base_url.as_str())?;
    Some((path.into(), String::from_utf8(http.body).ok()?))
}

fn options() -> TranslateOptions {
    TranslateOptions { id: "0123456789".into(), created: 1_700_000_000, ..TranslateOptions::default() }
}

/// Translates the recorded request for a provider on `provider` and notes how that went.
pub(super) fn translate(report: &mut Report, exchange: &Exchange, recorded: &Recorded<'_>, provider: Wire) {
    let pair = Pair { from: recorded.wire, to: provider };
    let headers = Headers::new();
    let incoming = incoming(recorded.path, recorded.body, &headers);
    match translate_request(recorded.wire, &incoming, &target(provider), &options()) {
        Ok(translated) => {
            let is_same = translated.http.body == recorded.body.as_bytes();
            if recorded.wire == provider && !is_same {
                report.mismatch(pair, &exchange.id, "request", vec!["its bytes changed".into()]);
            }
            report.carried(pair, &translated.losses);
        }
        Err(refusal) if exchange.is_success() => report.refused(pair, &refusal.to_string()),
        Err(refusal) => report.refused(pair, &format!("{refusal} (the provider refused it too)")),
    }
}

/// What an application on `wire` would have sent for the recorded request, on its way to the recorded
/// provider; a bare request where it could not send that.
pub(super) fn sent(recorded: Option<&Recorded<'_>>, application: Wire, provider: Wire) -> Translated {
    let way = |(path, body): (String, String)| {
        let headers = Headers::new();
        translate_request(application, &incoming(&path, &body, &headers), &target(provider), &options()).ok()
    };
    if let Some(translated) = recorded.and_then(|r| r.made_on(application)).and_then(way) {
        return translated;
    }
    let bare = recorded.map_or_else(|| Request::new("model", vec![Message::user("-")]), Recorded::bare);
    let plain = Request::new("model", vec![Message::user("-")]);
    let tried = written(&bare, application).and_then(way);
    tried.or_else(|| written(&plain, application).and_then(way)).expect("every wire carries a plain request")
}
