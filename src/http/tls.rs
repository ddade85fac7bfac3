//! Whom a connection is trusted to reach: roots of the machine's own store, and those that an account brings along. They add
//! to the machine's, and never lift what is asked of a certificate: its name, its time, its signature.

use std::error::Error;
use std::io;
use std::net::IpAddr;

use reqwest::{Certificate, Url};
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;
use rustls::{CertificateError, RootCertStore};

use super::Failure;
use crate::text;
use crate::words::Text;

/// Roots that are trusted besides the machine's own.
#[derive(Clone, Debug, Default)]
pub struct Roots(Vec<Certificate>);

impl Roots {
    /// Reads them out of a PEM file.
    ///
    /// # Errors
    /// When it holds none, or something that is no certificate.
    pub fn pem(bytes: &[u8]) -> Result<Self, Text> {
        let read = CertificateDer::pem_slice_iter(bytes).collect::<Result<Vec<_>, _>>();
        let certificates = read.map_err(|error| text!("it is not PEM: {error}", error))?;
        if certificates.is_empty() {
            return Err(text!("it holds no certificate"));
        }
        let mut store = RootCertStore::empty();
        let mut roots = vec![];
        for (nth, certificate) in certificates.into_iter().enumerate() {
            let broken = |why: String| text!("certificate {nth} in it is broken: {why}", nth = nth + 1, why);
            roots.push(Certificate::from_der(&certificate).map_err(|error| broken(error.to_string()))?);
            store.add(certificate).map_err(|error| broken(error.to_string()))?;
        }
        Ok(Self(roots))
    }

    /// True if there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(super) fn certificates(&self) -> impl Iterator<Item = Certificate> + use<'_> {
        self.0.iter().cloned()
    }
}

/// That a server could not show who it is, and what to do about it; none if the error is of another kind.
pub(super) fn untrusted(host: &str, error: &(dyn Error + 'static)) -> Option<Failure> {
    let mut at = Some(error);
    let refused = loop {
        let error = at?;
        // Errors of input and output hide what they carry from those who go from source to source.
        let mut carried = error;
        while let Some(inner) = carried.downcast_ref::<io::Error>().and_then(io::Error::get_ref) {
            carried = inner;
        }
        if let Some(rustls::Error::InvalidCertificate(refused)) = carried.downcast_ref() {
            break refused;
        }
        at = error.source();
    };
    let (why, help) = match refused {
        CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => (
            text!("its certificate is for another host"),
            text!("check the address; a certificate for another name is refused whoever signed it"),
        ),
        CertificateError::Expired | CertificateError::ExpiredContext { .. } => (
            text!("its certificate has expired"),
            text!("have the server's certificate renewed, or set this machine's clock by the network"),
        ),
        CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. } => {
            (text!("its certificate is not valid yet"), text!("set this machine's clock by the network"))
        }
        CertificateError::UnknownIssuer => (
            text!("its certificate is signed by nobody that this machine trusts"),
            text!(
                "if the server is your own, name the root that signed it as `ca_cert: certs/root.pem` of the account; if not, somebody may stand between"
            ),
        ),
        other => (
            text!("its certificate is not valid: {other}", other = format!("{other:?}")),
            text!("have the server's certificate put in order; nothing was sent"),
        ),
    };
    Some(Failure::Untrusted { why: text!("can't trust {host}: {why}", host, why), help })
}

/// The host of an address to which everything goes in the clear, unless that is this machine.
pub fn unencrypted(address: &str) -> Option<String> {
    let url = Url::parse(address).ok()?;
    (url.scheme() == "http" && !is_here(&url)).then(|| url.host_str().map(str::to_owned))?
}

/// True for this machine itself.
pub(super) fn is_here(url: &Url) -> bool {
    let name = url.host_str().unwrap_or_default().trim_end_matches('.');
    let ip = name.trim_start_matches('[').trim_end_matches(']').parse::<IpAddr>();
    match ip {
        Ok(ip) => ip.to_canonical().is_loopback(),
        Err(_) => name == "localhost" || name.ends_with(".localhost"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_stays_on_this_machine_may_go_in_the_clear() {
        for fine in [
            "https://a.test",
            "http://localhost:1/a",
            "http://LOCALHOST.",
            "http://a.localhost",
            "http://127.0.0.1",
            "http://127.9.9.9",
            "http://[::1]:80",
            "http://[::ffff:127.0.0.1]",
            "no address",
        ] {
            assert_eq!(unencrypted(fine), None, "{fine}");
        }
        for (clear, host) in [
            ("http://a.test/x", "a.test"),
            ("HTTP://10.0.0.1:8080", "10.0.0.1"),
            ("http://192.168.1.1", "192.168.1.1"),
            ("http://me:pw@localhost.a.test", "localhost.a.test"),
            ("http://0.0.0.0", "0.0.0.0"),
            ("http://[fe80::1]", "[fe80::1]"),
            ("http://128.0.0.1", "128.0.0.1"),
        ] {
            assert_eq!(unencrypted(clear).as_deref(), Some(host));
        }
    }

    #[test]
    fn what_is_no_certificate_is_told() {
        let said = |text: &str| Roots::pem(text.as_bytes()).expect_err("no roots").en();
        assert_eq!(said("hello"), "it holds no certificate");
        let frame =
            |inside: &str| format!("-----BEGIN CERTIFICATE-----\n{inside}\n-----END CERTIFICATE-----\n");
        assert!(
            said(&frame("AAAA")).starts_with("certificate 1 in it is broken: "),
            "{}",
            said(&frame("AAAA"))
        );
        assert!(said("-----BEGIN CERTIFICATE-----\nAAAA").starts_with("it is not PEM: "));
    }
}
