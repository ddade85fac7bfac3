//! A service is reached: by what the project says of it, and credentials from the environment in the service's usual
//! variables. Nothing else is looked for, neither in files nor on the network: what a command may do is seen in what it
//! was given.

use opendal::layers::HttpClientLayer;
use opendal::raw::HttpClient;
use opendal::services::{Cos, Obs, Oss, S3};
use secrecy::{ExposeSecret, SecretString};

use super::erased::operator;
use super::objects::Objects;
use crate::config::{Backend, Bucket};
use crate::http;
use crate::problem::{Code, Problem};
use crate::text;
use crate::words::Text;

/// By what a service knows who asks.
#[derive(Debug)]
pub struct Credentials {
    id: SecretString,
    secret: SecretString,
    token: Option<SecretString>,
    /// Where the variables say so.
    region: Option<String>,
}

/// The variables of one service, or of one of its tool sets.
struct Names {
    id: &'static str,
    secret: &'static str,
    tokens: &'static [&'static str],
    regions: &'static [&'static str],
}

/// What each service's own tools read; of several sets the first that is there.
fn names(backend: Backend) -> &'static [Names] {
    match backend {
        Backend::S3 => &[Names {
            id: "AWS_ACCESS_KEY_ID",
            secret: "AWS_SECRET_ACCESS_KEY",
            tokens: &["AWS_SESSION_TOKEN"],
            regions: &["AWS_REGION", "AWS_DEFAULT_REGION"],
        }],
        Backend::Oss => &[Names {
            id: "ALIBABA_CLOUD_ACCESS_KEY_ID",
            secret: "ALIBABA_CLOUD_ACCESS_KEY_SECRET",
            tokens: &["ALIBABA_CLOUD_SECURITY_TOKEN"],
            regions: &[],
        }],
        Backend::Cos => &[Names {
            id: "TENCENTCLOUD_SECRET_ID",
            secret: "TENCENTCLOUD_SECRET_KEY",
            tokens: &["TENCENTCLOUD_TOKEN", "TENCENTCLOUD_SECURITY_TOKEN"],
            regions: &[],
        }],
        Backend::Obs => &[
            Names {
                id: "OBS_ACCESS_KEY_ID",
                secret: "OBS_SECRET_ACCESS_KEY",
                tokens: &["OBS_SECURITY_TOKEN"],
                regions: &[],
            },
            Names {
                id: "HUAWEICLOUD_SDK_AK",
                secret: "HUAWEICLOUD_SDK_SK",
                tokens: &["HUAWEICLOUD_SDK_SECURITY_TOKEN"],
                regions: &[],
            },
        ],
    }
}

/// The credentials of a bucket's service.
///
/// # Errors
/// What is missing, by the variable that should hold it.
pub fn credentials<'a>(
    bucket: &Bucket,
    variable: impl Fn(&str) -> Option<&'a str>,
) -> Result<Credentials, Problem> {
    let value = |name: &str| variable(name).map(str::trim).filter(|value| !value.is_empty());
    let sets = names(bucket.backend);
    let is_there = |set: &&Names| value(set.id).is_some() || value(set.secret).is_some();
    let set = sets.iter().find(is_there).unwrap_or(&sets[0]);
    let first = |names: &[&str]| names.iter().find_map(|name| value(name)).map(str::to_owned);
    let backend = bucket.backend.word();
    match (value(set.id), value(set.secret)) {
        (Some(id), Some(secret)) => Ok(Credentials {
            id: id.into(),
            secret: secret.into(),
            token: first(set.tokens).map(SecretString::from),
            region: first(set.regions),
        }),
        (id, _) => {
            let missing = if id.is_none() { set.id } else { set.secret };
            Err(Problem::error(
                Code::StateCredentials,
                text!(
                    "the environment has no {missing}, which the state's backend {backend} needs",
                    missing,
                    backend
                ),
            )
            .at(bucket.place.clone())
            .help(text!(
                "set {id} and {secret} (with a session token also {token}); nothing else is looked for",
                id = set.id,
                secret = set.secret,
                token = set.tokens[0]
            )))
        }
    }
}

/// Reaches a bucket's service; nothing is sent yet.
///
/// # Errors
/// What the service can't be reached by.
pub fn connect(bucket: &Bucket, credentials: Credentials) -> Result<Objects, Problem> {
    let wrong = |message: Text, help: Text| {
        Err::<Objects, _>(Problem::error(Code::StateBucket, message).at(bucket.place.clone()).help(help))
    };
    let Credentials { id, secret, token, region } = credentials;
    let (id, secret) = (id.expose_secret(), secret.expose_secret());
    let token = token.as_ref().map(ExposeSecret::expose_secret);
    let region = bucket.region.clone().or(region);
    let endpoint = |of: fn(&str) -> String| {
        bucket.endpoint.clone().or_else(|| region.as_deref().map(of)).unwrap_or_default()
    };
    let port = bucket.endpoint.as_deref().and_then(port);
    let fetcher = match http::Objects::new(&bucket.name, port) {
        Ok(fetcher) => fetcher,
        Err(why) => return wrong(why, text!("check this machine's TLS set-up")),
    };
    let made = match bucket.backend {
        Backend::S3 => {
            // Whatever is not Amazon's own has one region, and most often this one.
            let region = match (&region, &bucket.endpoint) {
                (Some(region), _) => region,
                (None, Some(_)) => "us-east-1",
                (None, None) => {
                    return wrong(
                        text!("s3 needs a `region`"),
                        text!("write it beside the bucket, or set AWS_REGION"),
                    );
                }
            };
            let mut service = S3::default()
                .bucket(&bucket.name)
                .region(region)
                .access_key_id(id)
                .secret_access_key(secret)
                .disable_config_load()
                .disable_ec2_metadata();
            if let Some(endpoint) = &bucket.endpoint {
                service = service.endpoint(endpoint);
            }
            if let Some(token) = token {
                service = service.session_token(token);
            }
            operator(service)
        }
        Backend::Oss => {
            let mut service = Oss::default()
                .bucket(&bucket.name)
                .endpoint(&endpoint(|region| format!("https://oss-{region}.aliyuncs.com")))
                .access_key_id(id)
                .access_key_secret(secret);
            if let Some(token) = token {
                service = service.security_token(token);
            }
            operator(service)
        }
        Backend::Cos => {
            let mut service = Cos::default()
                .bucket(&bucket.name)
                .endpoint(&endpoint(|region| format!("https://cos.{region}.myqcloud.com")))
                .secret_id(id)
                .secret_key(secret)
                .disable_config_load();
            if let Some(token) = token {
                service = service.security_token(token);
            }
            operator(service)
        }
        Backend::Obs if token.is_some() => {
            return wrong(
                text!("obs can't be used with a security token"),
                text!("set a lasting pair of access keys, and no token"),
            );
        }
        Backend::Obs => operator(
            Obs::default()
                .bucket(&bucket.name)
                .endpoint(&endpoint(|region| format!("https://obs.{region}.myhuaweicloud.com")))
                .access_key_id(id)
                .secret_access_key(secret),
        ),
    };
    let shown = format!("{}://{}", bucket.backend.word(), bucket.name);
    let operator = made.map_err(|error| super::errors::problem(&shown, &error).at(bucket.place.clone()))?;
    Ok(Objects::new(operator.layer(HttpClientLayer::new(HttpClient::with(fetcher))), shown))
}

fn port(endpoint: &str) -> Option<u16> {
    endpoint.rsplit_once(':')?.1.parse().ok()
}
