//! The authority of the installation and the seals that it makes. It is made with the first seal: a root, what issues
//! certificates, and what makes seals. Its private keys rest sealed and are in memory while something is signed.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use minshu_kernel::clock::Timestamp;
use minshu_kernel::ctx::Ctx;
use minshu_kernel::error::Failure;
use minshu_kernel::records::Statement;
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use crate::compile::Issuer;
use crate::error::LicencesError;
use crate::model::Seal as SealRow;
use crate::seal::{
    Certificate, Identity, PrivateKey, Purpose, Seal, SealTerms, Subject, Terms, Trust,
};
use crate::store::seals;

/// A year of 365 days, in milliseconds.
const YEAR_MS: i64 = 365 * 86_400_000;
/// How long the root holds, in years; the others less, so that nothing outlives what stands above it.
const ROOT_YEARS: i64 = 20;
const AUTHORITY_YEARS: i64 = 15;
const SEAL_YEARS: i64 = 5;

/// The authority as it rests: keys and certificates in base64.
#[derive(Serialize, Deserialize)]
struct Resting {
    root: String,
    root_key: String,
    issuing: String,
    issuing_key: String,
    maker: String,
    maker_key: String,
}

/// The authority, ready to sign.
pub(crate) struct Authority {
    /// What issues certificates.
    pub(crate) issuing: Identity,
    /// What makes seals.
    pub(crate) maker: Identity,
}

/// A seal that is ready to seal.
pub(crate) struct Sealer {
    /// The seal.
    pub(crate) seal: Seal,
    /// Who signs with it.
    pub(crate) signer: Identity,
}

fn fresh(ctx: &Ctx) -> PrivateKey {
    PrivateKey::generate(|bytes| ctx.services.entropy.fill(bytes))
}

fn serial(ctx: &Ctx) -> [u8; 16] {
    let mut serial = [0; 16];
    ctx.services.entropy.fill(&mut serial);
    // Positive and never nought, as serial numbers of certificates are.
    serial[0] = serial[0] & 0x7f | 0x01;
    serial
}

fn text(bytes: &[u8]) -> String {
    STANDARD.encode(bytes)
}

fn identity(key: &str, certificate: &str) -> Result<Identity, Failure> {
    let key = Zeroizing::new(STANDARD.decode(key).map_err(Failure::internal)?);
    let certificate = STANDARD.decode(certificate).map_err(Failure::internal)?;
    let damaged = || Failure::internal("a key of the authority cannot be read");
    Ok(Identity {
        key: PrivateKey::from_bytes(&key).ok_or_else(damaged)?,
        certificate: Certificate::from_der(&certificate).map_err(Failure::internal)?,
    })
}

/// The authority; made now where there is none yet, with the statement that keeps it.
pub(crate) async fn authority(ctx: &Ctx) -> Result<(Authority, Option<Statement>), Failure> {
    if let Some(content) = seals::authority(ctx).await? {
        let resting: Resting = serde_json::from_slice(&content).map_err(Failure::internal)?;
        let authority = Authority {
            issuing: identity(&resting.issuing_key, &resting.issuing)?,
            maker: identity(&resting.maker_key, &resting.maker)?,
        };
        return Ok((authority, None));
    }
    // A day earlier than now: clocks elsewhere are not ours.
    let from = ctx.now.plus_ms(-86_400_000);
    let terms = |purpose, common_name, years: i64| Terms {
        purpose,
        subject: Subject { common_name, organisation: None, code: None },
        from,
        to: from.plus_ms(years * YEAR_MS),
        serial: serial(ctx),
    };
    let root = Identity::root(fresh(ctx), &terms(Purpose::Root, "闽枢电子印章根证书", ROOT_YEARS))
        .map_err(Failure::internal)?;
    let key = fresh(ctx);
    let issuing = root
        .issue(&key.public(), &terms(Purpose::Issuing, "闽枢电子印章签发证书", AUTHORITY_YEARS))
        .map_err(Failure::internal)?;
    let issuing = Identity { key, certificate: issuing };
    let key = fresh(ctx);
    let maker = issuing
        .issue(&key.public(), &terms(Purpose::SealMaker, "闽枢电子印章制章", AUTHORITY_YEARS - 1))
        .map_err(Failure::internal)?;
    let maker = Identity { key, certificate: maker };
    let resting = Resting {
        root: text(root.certificate.der()),
        root_key: text(&root.key.expose()[..]),
        issuing: text(issuing.certificate.der()),
        issuing_key: text(&issuing.key.expose()[..]),
        maker: text(maker.certificate.der()),
        maker_key: text(&maker.key.expose()[..]),
    };
    let content = Zeroizing::new(serde_json::to_vec(&resting).map_err(Failure::internal)?);
    let public = (root.certificate.der(), issuing.certificate.der());
    let write = seals::found(ctx, &content, public).await?;
    Ok((Authority { issuing, maker }, Some(write)))
}

/// A seal that was just made.
pub(crate) struct MadeSeal {
    pub(crate) seal: Seal,
    pub(crate) signer: Identity,
    pub(crate) until: Timestamp,
}

/// Makes the seal of an organisation, with its own key and certificate.
pub(crate) fn make(ctx: &Ctx, by: &Authority, row: &SealRow) -> Result<MadeSeal, Failure> {
    let from = ctx.now.plus_ms(-60_000);
    let until = from.plus_ms(SEAL_YEARS * YEAR_MS);
    let key = fresh(ctx);
    let subject = Subject { common_name: &row.name, organisation: None, code: Some(&row.issuer) };
    let terms = Terms { purpose: Purpose::Signer, subject, from, to: until, serial: serial(ctx) };
    let certificate = by.issuing.issue(&key.public(), &terms).map_err(Failure::internal)?;
    let picture = crate::document::picture(ctx, &row.name, &row.serial)?;
    let signers = [certificate.clone()];
    let terms = SealTerms {
        id: &row.serial,
        name: &row.name,
        kind: 1,
        signers: &signers,
        created: ctx.now,
        from,
        to: until,
        picture,
    };
    let seal = Seal::make(&by.maker, &terms).map_err(Failure::internal)?;
    Ok(MadeSeal { seal, signer: Identity { key, certificate }, until })
}

/// The seal of an issuer, where it may seal the type now.
pub(crate) async fn seal_for(ctx: &Ctx, issuer: &Issuer, kind: &str) -> Result<Sealer, Failure> {
    let none = || LicencesError::NoSeal { issuer: issuer.uscc.clone(), kind: kind.to_owned() };
    let (row, key) = seals::good(ctx, &issuer.uscc).await?.ok_or_else(none)?;
    let over = row.until.is_some_and(|until| ctx.now >= until);
    if over || !row.types.iter().any(|id| id == kind) {
        return Err(none().into());
    }
    let damaged = || Failure::internal("a seal cannot be read");
    let certificate = row.certificate.as_deref().ok_or_else(damaged)?;
    Ok(Sealer {
        seal: Seal::read(row.seal.as_deref().ok_or_else(damaged)?).map_err(Failure::internal)?,
        signer: Identity {
            key: PrivateKey::from_bytes(&key).ok_or_else(damaged)?,
            certificate: Certificate::from_der(certificate).map_err(Failure::internal)?,
        },
    })
}

/// Whom the register trusts when it looks at a document: its own authority.
pub(crate) async fn trust(ctx: &Ctx) -> Result<Trust, Failure> {
    let Some((root, issuing)) = seals::public(ctx).await? else {
        return Ok(Trust::new(Vec::new(), Vec::new()));
    };
    let read = |der: &[u8]| Certificate::from_der(der).map_err(Failure::internal);
    Ok(Trust::new(vec![read(&root)?], vec![read(&issuing)?]))
}
