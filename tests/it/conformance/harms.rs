//! Everything that can go wrong with a call, and what a command may make of it.

use std::net::TcpListener;

use mpform::sandbox::Fault;
use serde_json::{Value, json};

/// Something that goes wrong with one call.
pub(crate) struct Harm {
    pub(crate) name: &'static str,
    /// Words of the error that a command ends with if it does not get over it; one of them is enough.
    pub(crate) says: &'static [&'static str],
    fault: fn(&Site) -> Fault,
}

/// Where it happens.
pub(crate) struct Site {
    /// An address that nobody may ever ask.
    elsewhere: String,
    listener: TcpListener,
    /// The member of the vendor's envelope that holds what was asked for.
    data: &'static str,
    /// A code of the vendor's own that says no.
    no: i64,
}

impl Site {
    pub(crate) fn yeapoo() -> Self {
        Self::new("/data", 500)
    }

    pub(crate) fn tanmarket() -> Self {
        Self::new("/data", -1)
    }

    pub(crate) fn youmi() -> Self {
        Self::new("/values", 200_011)
    }

    fn new(data: &'static str, no: i64) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        listener.set_nonblocking(true).expect("a socket");
        let elsewhere = format!("http://{}", listener.local_addr().expect("an address"));
        Self { elsewhere, listener, data, no }
    }

    fn data(&self, to: Value) -> Fault {
        Fault::Alter { at: self.data.to_owned(), to: Some(to) }
    }

    /// Checks that nobody went where a redirect led.
    #[track_caller]
    pub(crate) fn nobody_was_sent_on(&self) {
        assert!(self.listener.accept().is_err(), "a redirect was followed");
    }
}

impl Harm {
    pub(crate) fn at(&self, site: &Site) -> Fault {
        (self.fault)(site)
    }
}

/// So long nobody listens, where it is to last: until a test opens the port.
const LONG: u64 = 600_000;
/// The pause before each byte of an answer that is not to come to its end.
const TRICKLE: u64 = 1000;

/// One call is hit by one of these.
pub(crate) const HARMS: &[Harm] = &[
    Harm {
        name: "refuse",
        says: &["can't reach", "reset", "closed"],
        fault: |_| Fault::Refuse { ms: LONG, answered: false },
    },
    Harm {
        name: "refuse the next",
        says: &["can't reach"],
        fault: |_| Fault::Refuse { ms: LONG, answered: true },
    },
    Harm {
        name: "refuse for a moment",
        says: &["can't reach", "reset", "closed"],
        fault: |_| Fault::Refuse { ms: 20, answered: false },
    },
    Harm { name: "reset before", says: &["reset", "closed"], fault: |_| Fault::ResetBefore },
    Harm { name: "reset after", says: &["reset", "closed"], fault: |_| Fault::ResetAfter },
    Harm { name: "hang before", says: &["no answer in time"], fault: |_| Fault::Hang { done: false } },
    Harm { name: "hang after", says: &["no answer in time"], fault: |_| Fault::Hang { done: true } },
    Harm { name: "drip", says: &["no answer in time"], fault: |_| Fault::Drip { ms: TRICKLE } },
    Harm {
        name: "code",
        says: &["boom"],
        fault: |site| Fault::Code { code: site.no, message: "boom".into() },
    },
    Harm { name: "status 500", says: &["HTTP 500"], fault: |_| Fault::Status { status: 500 } },
    Harm { name: "status 502", says: &["HTTP 502"], fault: |_| Fault::Status { status: 502 } },
    Harm { name: "status 503", says: &["HTTP 503"], fault: |_| Fault::Status { status: 503 } },
    Harm { name: "status 504", says: &["HTTP 504"], fault: |_| Fault::Status { status: 504 } },
    Harm { name: "status 403", says: &["HTTP 403"], fault: |_| Fault::Status { status: 403 } },
    Harm { name: "429", says: &["HTTP 429"], fault: |_| Fault::Status { status: 429 } },
    Harm { name: "429 with a time", says: &["HTTP 429"], fault: |_| Fault::RetryAfter { seconds: 0 } },
    Harm { name: "redirect 301", says: REDIRECTED, fault: |site| redirect(site, 301) },
    Harm { name: "redirect 302", says: REDIRECTED, fault: |site| redirect(site, 302) },
    Harm { name: "redirect 307", says: REDIRECTED, fault: |site| redirect(site, 307) },
    Harm { name: "redirect 308", says: REDIRECTED, fault: |site| redirect(site, 308) },
    Harm { name: "cut", says: NOT_JSON, fault: |_| Fault::Cut },
    Harm { name: "malformed", says: NOT_JSON, fault: |_| Fault::Malformed },
    Harm { name: "html", says: &["an HTML page", "is not the JSON"], fault: |_| Fault::Html },
    Harm { name: "nothing", says: NOT_JSON, fault: |_| Fault::Alter { at: String::new(), to: None } },
    Harm {
        name: "a list for all",
        says: NOT_JSON,
        fault: |_| Fault::Alter { at: String::new(), to: Some(json!([])) },
    },
    Harm {
        name: "null for all",
        says: NOT_JSON,
        fault: |_| Fault::Alter { at: String::new(), to: Some(Value::Null) },
    },
    Harm { name: "another shape", says: ANOTHER, fault: |site| site.data(json!([7])) },
    // What a read says of what was just written may be that it is empty; then that is what is told.
    Harm { name: "null", says: ANOTHER_OR_EMPTY, fault: |site| site.data(Value::Null) },
    Harm { name: "an empty object", says: ANOTHER, fault: |site| site.data(json!({})) },
    Harm {
        name: "no code",
        says: &["`code`", "without a code", "another shape", "not the JSON", "is not the JSON"],
        fault: |_| Fault::Alter { at: "/code".into(), to: None },
    },
    Harm { name: "content type", says: &[], fault: |_| Fault::ContentType { value: "text/html".into() } },
    Harm { name: "no content type", says: &[], fault: |_| Fault::ContentType { value: String::new() } },
    Harm { name: "large", says: LARGE, fault: |_| Fault::Large { bytes: HUNDRED_MB, length: true } },
    Harm { name: "endless", says: LARGE, fault: |_| Fault::Large { bytes: HUNDRED_MB, length: false } },
];

const HUNDRED_MB: u64 = 100 << 20;
const REDIRECTED: &[&str] = &["redirects to http://127.0.0.1:"];
const NOT_JSON: &[&str] = &["not the JSON", "is not the JSON", "an empty answer", "without a code"];
const ANOTHER: &[&str] = &["another shape", "no id in the answer", "there is no list", "entries, and shows"];
const ANOTHER_OR_EMPTY: &[&str] =
    &[ANOTHER[0], ANOTHER[1], ANOTHER[2], ANOTHER[3], "a read still shows a difference"];
/// A machine that is busy may not come to the end of it in time.
const LARGE: &[&str] = &["larger than", "no answer in time"];

fn redirect(site: &Site, status: u16) -> Fault {
    Fault::Redirect { status, to: format!("{}/login?from=here", site.elsewhere) }
}
