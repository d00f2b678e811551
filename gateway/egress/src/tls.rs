//! Which certificate authorities are trusted.

use rustls::crypto::ring;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;
use rustls::{ClientConfig, RootCertStore};
use rustls_platform_verifier::Verifier;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::sync::Arc;

/// Certificate authorities of a PEM file. Cheap to clone.
#[derive(Clone, PartialEq, Eq)]
pub struct Authorities(Arc<[CertificateDer<'static>]>);

/// Why a file cannot be used as certificate authorities.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AuthoritiesError {
    /// Not PEM.
    #[error("it is not PEM: {0}")]
    Pem(String),
    /// PEM, but no certificate.
    #[error("it contains no certificate; a certificate begins with -----BEGIN CERTIFICATE-----")]
    None,
    /// A certificate that rustls cannot use.
    #[error("its certificate number {0} cannot be used: {1}")]
    Certificate(usize, String),
}

impl Authorities {
    /// Reads all certificates of a PEM file.
    ///
    /// # Errors
    /// [`AuthoritiesError`]; the file is refused if any of its certificates cannot be used.
    pub fn from_pem(bytes: &[u8]) -> Result<Self, AuthoritiesError> {
        let certificates: Vec<_> = CertificateDer::pem_slice_iter(bytes)
            .collect::<Result<_, _>>()
            .map_err(|error| AuthoritiesError::Pem(error.to_string()))?;
        if certificates.is_empty() {
            return Err(AuthoritiesError::None);
        }
        let mut trial = RootCertStore::empty();
        for (index, certificate) in certificates.iter().enumerate() {
            let usable = trial.add(certificate.clone());
            usable.map_err(|error| AuthoritiesError::Certificate(index + 1, error.to_string()))?;
        }
        Ok(Self(certificates.into()))
    }

    pub(crate) fn certificates(&self) -> impl Iterator<Item = CertificateDer<'static>> + '_ {
        self.0.iter().cloned()
    }
}

impl Hash for Authorities {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.0.iter().for_each(|certificate| certificate.as_ref().hash(state));
    }
}

impl fmt::Debug for Authorities {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Authorities({})", self.0.len())
    }
}

/// A TLS configuration that trusts the system's certificate authorities and `more`. Without any authority a warning is logged and
/// every TLS connection fails.
///
/// # Errors
/// rustls rejects its own defaults, which happens only where its provider supports none of the protocol versions.
pub fn client_config(more: Option<&Authorities>) -> Result<ClientConfig, rustls::Error> {
    let provider = Arc::new(ring::default_provider());
    let builder = || ClientConfig::builder_with_provider(Arc::clone(&provider)).with_safe_default_protocol_versions();
    let added = more.into_iter().flat_map(Authorities::certificates);
    Ok(match Verifier::new_with_extra_roots(added, Arc::clone(&provider)) {
        Ok(verifier) => {
            builder()?.dangerous().with_custom_certificate_verifier(Arc::new(verifier)).with_no_client_auth()
        }
        Err(error) => {
            let hint = "no certificate authorities on this system: install ca-certificates to reach apps over TLS";
            tracing::warn!(target: "scim_gateway::egress", %error, "{hint}");
            builder()?.with_root_certificates(RootCertStore::empty()).with_no_client_auth()
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_without_usable_certificates_says_so() {
        let wrong = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
        for (text, expected) in [
            ("", "it contains no certificate"),
            ("-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n", "it contains no certificate"),
            ("-----BEGIN CERTIFICATE-----\nAAAA\n", "it is not PEM"),
            (wrong, "its certificate number 1 cannot be used"),
        ] {
            let error = Authorities::from_pem(text.as_bytes()).unwrap_err().to_string();
            assert!(error.starts_with(expected), "{text}: {error}");
        }
    }
}
