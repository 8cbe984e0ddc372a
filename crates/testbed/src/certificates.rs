//! A certificate authority of one's own and a certificate for the XMPP server.

use std::fs;
use std::path::{Path, PathBuf};

use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair, KeyUsagePurpose};

use crate::Error;
use crate::template::write_private;

/// Where the pieces are.
#[derive(Debug, Clone)]
pub(crate) struct Certificates {
    /// What clients must trust: give it in `SSL_CERT_FILE`.
    pub authority: PathBuf,
    pub certificate: PathBuf,
    pub key: PathBuf,
}

/// The certificate for `names` in `folder`, made at the first call. The authority's key is forgotten at once, so that
/// nothing else can ever be signed with it.
pub(crate) fn certificates_for(folder: &Path, names: &[String]) -> Result<Certificates, Error> {
    let paths = Certificates {
        authority: folder.join("authority.pem"),
        certificate: folder.join("certificate.pem"),
        key: folder.join("key.pem"),
    };
    if paths.key.exists() {
        return Ok(paths);
    }

    let mut authority = CertificateParams::default();
    authority.distinguished_name.push(DnType::CommonName, "Vigiroute local authority");
    authority.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    authority.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    let authority_key = KeyPair::generate()?;
    let authority_certificate = authority.self_signed(&authority_key)?;
    let issuer = Issuer::new(authority, authority_key);

    let mut server = CertificateParams::new(names)?;
    if let Some(name) = names.first() {
        server.distinguished_name.push(DnType::CommonName, name);
    }
    let key = KeyPair::generate()?;
    let certificate = server.signed_by(&key, &issuer)?;

    fs::write(&paths.authority, authority_certificate.pem()).map_err(Error::io("write", &paths.authority))?;
    fs::write(&paths.certificate, certificate.pem()).map_err(Error::io("write", &paths.certificate))?;
    write_private(&paths.key, &key.serialize_pem())?;
    Ok(paths)
}
