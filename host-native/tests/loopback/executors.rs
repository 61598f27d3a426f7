//! The executors that the crate works from.

use futures::future::LocalBoxFuture;

/// Runs the same test on each executor, with nothing set up for it.
pub(crate) fn on_each_executor<'a>(test: impl Fn() -> LocalBoxFuture<'a, ()>) {
    async_std::task::block_on(test());
    smol::block_on(test());
    tokio::runtime::Builder::new_current_thread().build().expect("a runtime").block_on(test());
    tokio::runtime::Builder::new_multi_thread().build().expect("a runtime").block_on(test());
}
