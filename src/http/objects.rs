//! How a bucket is reached: by the same rules as a vendor. What a request is, and its signature, is made elsewhere.

use std::net::{Ipv4Addr, SocketAddr};

use opendal::raw::{HttpBody, HttpFetch};
use opendal::{Buffer, Error, ErrorKind};

use super::TIMEOUT;
use super::failure::reason;
use super::lines::builder;
use crate::text;
use crate::words::Text;

/// Carries requests to a service that keeps objects.
pub struct Objects {
    client: reqwest::Client,
    /// Some services' addresses are put together without the port that they were given.
    port: Option<u16>,
}

impl Objects {
    /// For one bucket; `port`: where its service was said to listen.
    ///
    /// # Errors
    /// A TLS set-up that does not work.
    pub fn new(bucket: &str, port: Option<u16>) -> Result<Self, Text> {
        let _ = rustls::crypto::ring::default_provider().install_default();
        let here = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
        let client = builder()
            .read_timeout(TIMEOUT)
            // Names below localhost are this machine's, whatever its resolver knows of them.
            .resolve(&format!("{bucket}.localhost"), here)
            .build()
            .map_err(|error| text!("can't set up HTTP: {why}", why = reason(&error)))?;
        Ok(Self { client, port })
    }
}

impl HttpFetch for Objects {
    async fn fetch(
        &self,
        mut request: axum::http::Request<Buffer>,
    ) -> opendal::Result<axum::http::Response<HttpBody>> {
        if let (Some(port), None) = (self.port, request.uri().port()) {
            let uri = request.uri().clone();
            let host = uri.host().unwrap_or_default();
            let mut parts = uri.clone().into_parts();
            parts.authority = format!("{host}:{port}").parse().ok();
            *request.uri_mut() = axum::http::Uri::from_parts(parts)
                .map_err(|_| Error::new(ErrorKind::ConfigInvalid, "the address can't be put together"))?;
        }
        self.client.fetch(request).await
    }
}
