//! The body of an answer: whole, or as the call brings it.

use std::pin::Pin;
use std::sync::mpsc::Sender;
use std::task::{Context, Poll, Waker, ready};

use bytes::Bytes;
use futures_core::Stream;
use hyper::body::{Body, Frame, SizeHint};
use tokenwire_core::http::Head;
use tokenwire_core::model::Wire;

use super::report::Report;
use crate::{Broken, Relayed};

/// A call under way for an application; reported when it is over. Dropping it cancels the call.
#[derive(Debug)]
pub(super) struct Underway {
    relayed: Relayed,
    wire: Wire,
    reports: Option<Sender<Report>>,
}

impl Underway {
    pub(super) const fn new(relayed: Relayed, wire: Wire, reports: Option<Sender<Report>>) -> Self {
        Self { relayed, wire, reports }
    }

    pub(super) async fn head(&mut self) -> Head {
        self.relayed.head().await
    }

    fn report(&mut self) {
        if let (Some(outcome), Some(reports)) = (self.relayed.outcome(), self.reports.take()) {
            let (outcome, losses) = (outcome.clone(), self.relayed.losses().to_vec());
            // Whoever listened may have gone.
            let _ = reports.send(Report::Called { wire: self.wire, outcome, losses });
        }
    }
}

impl Drop for Underway {
    fn drop(&mut self) {
        // A cancelled call ends without waiting for anything.
        self.relayed.cancel();
        let mut cx = Context::from_waker(Waker::noop());
        while let Poll::Ready(Some(_)) = Pin::new(&mut self.relayed).poll_next(&mut cx) {}
        self.report();
    }
}

/// The body of an answer.
#[derive(Debug)]
pub(super) enum AnswerBody {
    Relayed(Box<Underway>),
    Whole(Bytes),
}

impl Body for AnswerBody {
    type Data = Bytes;
    type Error = Broken;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Broken>>> {
        match &mut *self {
            Self::Whole(bytes) if bytes.is_empty() => Poll::Ready(None),
            Self::Whole(bytes) => Poll::Ready(Some(Ok(Frame::data(std::mem::take(bytes))))),
            Self::Relayed(underway) => {
                let piece = ready!(Pin::new(&mut underway.relayed).poll_next(cx));
                if !matches!(piece, Some(Ok(_))) {
                    underway.report();
                }
                Poll::Ready(piece.map(|piece| piece.map(|bytes| Frame::data(bytes.into()))))
            }
        }
    }

    fn is_end_stream(&self) -> bool {
        matches!(self, Self::Whole(bytes) if bytes.is_empty())
    }

    fn size_hint(&self) -> SizeHint {
        match self {
            Self::Relayed(_) => SizeHint::default(),
            Self::Whole(bytes) => SizeHint::with_exact(bytes.len() as u64),
        }
    }
}
