//! A streamed call from inside async-std. Nothing is set up for it, and no key is needed: a simulated
//! provider on loopback answers.

use std::error::Error;
use std::io::Write;

use futures::StreamExt;
use tokenwire::sim::{Options, Server};
use tokenwire::{Client, Credential, Dialect, Event, Message, Request, Target, Update, Wire};

fn main() -> Result<(), Box<dyn Error>> {
    async_std::task::block_on(run())
}

async fn run() -> Result<(), Box<dyn Error>> {
    let server = Server::start(Options::default())?;
    let target =
        Target::at(Dialect::of_wire(Wire::Anthropic), &server.url(), Some(Credential::new("no-key-needed")))?;
    let client = Client::builder().target("anthropic", target).build()?;

    let request = Request::new("sim", vec![Message::user("Name a colour.")]);
    let mut stream = client.stream("anthropic", request)?;
    while let Some(update) = stream.next().await {
        match update {
            Update::Event(Event::TextDelta { text, .. }) => {
                print!("{text}");
                std::io::stdout().flush()?;
            }
            Update::Event(_) => {}
            Update::Done(outcome) => println!("\n{}", outcome.finish.reason),
        }
    }
    Ok(())
}
