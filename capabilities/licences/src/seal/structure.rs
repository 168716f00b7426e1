//! The electronic seal and what it signs, as GB/T 38540 (version 4) writes them and GM/T 0031 (version 1) wrote them. Both are
//! read, version 4 is written. Encodings are DER and nothing else; what is signed is taken from the bytes as they came.

use der::asn1::{
    BitString, GeneralizedTime, Ia5StringRef, ObjectIdentifier, OctetString, OctetStringRef,
    PrintableStringRef, UtcTime, Utf8StringRef,
};
use der::{Any, Decode, Encode, Reader, SliceReader, Tag};
use minshu_kernel::clock::Timestamp;

use super::authority::Identity;
use super::certificate::{Certificate, SM2_WITH_SM3, milliseconds};

/// The largest signed value or seal that is read, in bytes.
pub const STRUCTURE_MAX: usize = 4 * 1024 * 1024;
/// How many elements one level may have.
const ELEMENTS_MAX: usize = 256;

/// Which standard a seal follows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SealVersion {
    /// GM/T 0031-2014.
    V1,
    /// GB/T 38540-2020.
    V4,
}

/// Whose signatures a seal allows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Signers {
    /// Their certificates in DER.
    Certificates(Vec<Vec<u8>>),
    /// Digests of their certificates with the name or number of the digest's algorithm.
    Digests(Vec<(String, Vec<u8>)>),
}

/// What a seal looks like on paper.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Picture {
    /// The kind of file, such as `png`.
    pub kind: String,
    /// The file.
    pub data: Vec<u8>,
    /// Width in millimetres.
    pub width_mm: u32,
    /// Height in millimetres.
    pub height_mm: u32,
}

/// A seal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seal {
    /// Which standard it follows.
    pub version: SealVersion,
    /// The identifier of the seal.
    pub id: String,
    /// Who makes such seals (`vid`).
    pub vendor: String,
    /// 1 of an organisation, 2 of a person; others exist.
    pub kind: u32,
    /// What it is called.
    pub name: String,
    /// Whose signatures it allows.
    pub signers: Signers,
    /// When it was made.
    pub created: Timestamp,
    /// From when it may be used.
    pub from: Timestamp,
    /// Until when it may be used.
    pub to: Timestamp,
    /// What it looks like.
    pub picture: Picture,
    /// The certificate of whoever made it, in DER.
    pub maker: Vec<u8>,
    /// The whole, in DER.
    pub der: Vec<u8>,
    info: Vec<u8>,
    algorithm: ObjectIdentifier,
    signature: Vec<u8>,
}

/// A document's signature with its seal: the content of `SignedValue.dat`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SealedSignature {
    /// The seal.
    pub seal: Seal,
    /// When it was signed, as the signer says; version 1 may hold something else than a time.
    pub at: Option<Timestamp>,
    /// SM3 over the bytes of `Signature.xml`.
    pub data_hash: Vec<u8>,
    /// Where `Signature.xml` stands, usually.
    pub property: String,
    /// The signer's certificate in DER.
    pub signer: Vec<u8>,
    /// The algorithm.
    pub algorithm: ObjectIdentifier,
    /// A token of a time stamping authority, as it came.
    pub timestamp: Option<Vec<u8>>,
    to_sign: Vec<u8>,
    signature: Vec<u8>,
}

/// Why bytes are no seal, or none is made of what was given.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SealProblem {
    /// More bytes than are read.
    #[error("{found} bytes; up to {STRUCTURE_MAX} are read")]
    TooLarge {
        /// How many there are.
        found: usize,
    },
    /// Something is not DER, of another type, or missing.
    #[error("{part}: {reason}")]
    Part {
        /// Which part, as the standard names it.
        part: &'static str,
        /// What the decoder says.
        reason: String,
    },
    /// A form that is known to nobody here.
    #[error("{part} has {found} elements, which fits neither GB/T 38540 nor GM/T 0031")]
    Form {
        /// Which part.
        part: &'static str,
        /// How many elements it has.
        found: usize,
    },
    /// A text that cannot be written.
    #[error("{0} cannot be written into a seal")]
    Text(&'static str),
    /// The signing certificate is not in the seal's list.
    #[error("the seal does not allow signatures of {0}")]
    Signer(String),
    /// Outside the time in which the seal may be used.
    #[error("the seal may not be used at that time")]
    Validity,
    /// The key did not sign; a defect.
    #[error("the key did not sign")]
    Key,
}

/// What a new seal is made of.
#[derive(Debug, Clone)]
pub struct SealTerms<'a> {
    /// Its identifier: ASCII, up to 64 characters.
    pub id: &'a str,
    /// What it is called.
    pub name: &'a str,
    /// 1 of an organisation, 2 of a person.
    pub kind: u32,
    /// Whose signatures it allows.
    pub signers: &'a [Certificate],
    /// When it is made.
    pub created: Timestamp,
    /// From when it may be used.
    pub from: Timestamp,
    /// Until when.
    pub to: Timestamp,
    /// What it looks like.
    pub picture: Picture,
}

/// Who makes seals here, as seals say it.
const VENDOR: &str = "Minshu";

impl Seal {
    /// Makes a seal: version 4, signed by its maker.
    pub fn make(maker: &Identity, terms: &SealTerms<'_>) -> Result<Self, SealProblem> {
        if terms.id.is_empty() || terms.id.len() > 64 {
            return Err(SealProblem::Text("the identifier"));
        }
        if terms.to <= terms.from {
            return Err(SealProblem::Validity);
        }
        let header = sequence(&[any(&ia5("ES")?), any(&4_u32), any(&ia5(VENDOR)?)])?;
        let list: Result<Vec<OctetString>, _> =
            terms.signers.iter().map(|c| OctetString::new(c.der())).collect();
        let list = list.map_err(part("certList"))?;
        let property = sequence(&[
            any(&terms.kind),
            any(&Utf8StringRef::new(terms.name).map_err(part("name"))?),
            any(&1_u32),
            any(&list),
            any(&time(terms.created)?),
            any(&time(terms.from)?),
            any(&time(terms.to)?),
        ])?;
        let picture = sequence(&[
            any(&ia5(&terms.picture.kind)?),
            any(&OctetString::new(terms.picture.data.as_slice()).map_err(part("picture"))?),
            any(&terms.picture.width_mm),
            any(&terms.picture.height_mm),
        ])?;
        let info = sequence(&[Ok(header), any(&ia5(terms.id)?), Ok(property), Ok(picture)])?;
        let info_der = info.to_der().map_err(part("eSealInfo"))?;
        let signature = maker.key.sign(&info_der).ok_or(SealProblem::Key)?;
        let seal = sequence(&[
            Ok(info),
            any(&OctetString::new(maker.certificate.der()).map_err(part("cert"))?),
            any(&SM2_WITH_SM3),
            any(&BitString::from_bytes(&signature).map_err(part("signedValue"))?),
        ])?;
        Self::read(&seal.to_der().map_err(part("SESeal"))?)
    }

    /// Reads a seal of either version.
    pub fn read(bytes: &[u8]) -> Result<Self, SealProblem> {
        bounded(bytes)?;
        let outer = elements(bytes, "SESeal")?;
        let (version, info, maker, algorithm, signature) = match outer.as_slice() {
            [info, cert, algorithm, signature] => {
                (SealVersion::V4, *info, *cert, *algorithm, *signature)
            }
            [info, signed] => match elements(signed, "signInfo")?.as_slice() {
                [cert, algorithm, signature] => {
                    (SealVersion::V1, *info, *cert, *algorithm, *signature)
                }
                other => return Err(SealProblem::Form { part: "signInfo", found: other.len() }),
            },
            other => return Err(SealProblem::Form { part: "SESeal", found: other.len() }),
        };
        let parts = elements(info, "eSealInfo")?;
        let [header, id, property, picture, ..] = parts.as_slice() else {
            return Err(SealProblem::Form { part: "eSealInfo", found: parts.len() });
        };
        let header = elements(header, "header")?;
        let [mark, _number, vendor] = header.as_slice() else {
            return Err(SealProblem::Form { part: "header", found: header.len() });
        };
        if text(mark, "header.ID")? != "ES" {
            return Err(SealProblem::Part { part: "header.ID", reason: "is not ES".to_owned() });
        }
        let property = read_property(property)?;
        Ok(Self {
            version,
            id: text(id, "esID")?,
            vendor: text(vendor, "header.Vid")?,
            kind: property.kind,
            name: property.name,
            signers: property.signers,
            created: property.created,
            from: property.from,
            to: property.to,
            picture: read_picture(picture)?,
            maker: octets(maker, "cert")?,
            der: bytes.to_vec(),
            info: info.to_vec(),
            algorithm: decode(algorithm, "signAlgID")?,
            signature: bits(signature, "signedValue")?,
        })
    }

    /// Whether the seal's own signature is by the key of a certificate. Makers sign the seal's content alone or
    /// together with their certificate and algorithm (as GM/T 0031 says): both are found in the field.
    pub fn is_signed_by(&self, maker: &Certificate) -> bool {
        if self.algorithm != SM2_WITH_SM3 {
            return false;
        }
        let with_certificate = || {
            let parts = [
                Any::from_der(&self.info).map_err(part("eSealInfo")),
                OctetString::new(self.maker.as_slice())
                    .map_err(part("cert"))
                    .and_then(|cert| Any::encode_from(&cert).map_err(part("cert"))),
                Any::encode_from(&self.algorithm).map_err(part("signAlgID")),
            ];
            sequence(&parts).ok().and_then(|all| all.to_der().ok())
        };
        let alone = || maker.verify(&self.info, &self.signature);
        let together = || with_certificate().is_some_and(|all| maker.verify(&all, &self.signature));
        match self.version {
            SealVersion::V4 => alone() || together(),
            SealVersion::V1 => together() || alone(),
        }
    }

    /// Whether the seal allows signatures of a certificate, given in DER.
    pub fn allows(&self, certificate: &[u8]) -> bool {
        match &self.signers {
            Signers::Certificates(list) => list.iter().any(|one| one == certificate),
            Signers::Digests(list) => {
                let digest = sm3(certificate);
                list.iter().any(|(algorithm, one)| {
                    let known =
                        algorithm.eq_ignore_ascii_case("SM3") || algorithm == "1.2.156.10197.1.401";
                    known && one.as_slice() == digest
                })
            }
        }
    }

    /// Whether it may be used at an instant.
    pub fn is_valid_at(&self, at: Timestamp) -> bool {
        self.from <= at && at.0 < self.to.0.saturating_add(1_000)
    }

    /// Signs `Signature.xml` with this seal: the content of `SignedValue.dat`. `property` is where that file stands.
    pub fn sign(
        &self,
        signer: &Identity,
        signature_xml: &[u8],
        at: Timestamp,
        property: &str,
    ) -> Result<Vec<u8>, SealProblem> {
        if !self.allows(signer.certificate.der()) {
            return Err(SealProblem::Signer(signer.certificate.subject()));
        }
        if !self.is_valid_at(at) || !signer.certificate.is_valid_at(at) {
            return Err(SealProblem::Validity);
        }
        let to_sign = sequence(&[
            any(&4_u32),
            Any::from_der(&self.der).map_err(part("eseal")),
            any(&time(at)?),
            any(&BitString::from_bytes(&sm3(signature_xml)).map_err(part("dataHash"))?),
            any(&ia5(property)?),
        ])?;
        let der = to_sign.to_der().map_err(part("toSign"))?;
        let signature = signer.key.sign(&der).ok_or(SealProblem::Key)?;
        let whole = sequence(&[
            Ok(to_sign),
            any(&OctetString::new(signer.certificate.der()).map_err(part("cert"))?),
            any(&SM2_WITH_SM3),
            any(&BitString::from_bytes(&signature).map_err(part("signature"))?),
        ])?;
        whole.to_der().map_err(part("SES_Signature"))
    }
}

impl SealedSignature {
    /// Reads the content of `SignedValue.dat` in either version.
    pub fn read(bytes: &[u8]) -> Result<Self, SealProblem> {
        bounded(bytes)?;
        let outer = elements(bytes, "SES_Signature")?;
        match outer.as_slice() {
            [to_sign, cert, algorithm, signature] => {
                Self::read_v4(to_sign, cert, algorithm, signature, None)
            }
            [to_sign, cert, algorithm, signature, stamp] => {
                Self::read_v4(to_sign, cert, algorithm, signature, Some(stamp))
            }
            [to_sign, signature] => Self::read_v1(to_sign, signature),
            other => Err(SealProblem::Form { part: "SES_Signature", found: other.len() }),
        }
    }

    fn read_v4(
        to_sign: &[u8],
        cert: &[u8],
        algorithm: &[u8],
        signature: &[u8],
        stamp: Option<&&[u8]>,
    ) -> Result<Self, SealProblem> {
        let parts = elements(to_sign, "toSign")?;
        let [_version, seal, at, hash, property, ..] = parts.as_slice() else {
            return Err(SealProblem::Form { part: "toSign", found: parts.len() });
        };
        let timestamp = stamp.map(|stamp| decode::<Any>(stamp, "timeStamp")).transpose()?;
        Ok(Self {
            seal: Seal::read(seal)?,
            at: Some(instant(at, "timeInfo")?),
            data_hash: bits(hash, "dataHash")?,
            property: text(property, "propertyInfo")?,
            signer: octets(cert, "cert")?,
            algorithm: decode(algorithm, "signatureAlgID")?,
            timestamp: timestamp.map(|any| any.value().to_vec()),
            to_sign: to_sign.to_vec(),
            signature: bits(signature, "signature")?,
        })
    }

    fn read_v1(to_sign: &[u8], signature: &[u8]) -> Result<Self, SealProblem> {
        let parts = elements(to_sign, "toSign")?;
        let [_version, seal, at, hash, property, cert, algorithm] = parts.as_slice() else {
            return Err(SealProblem::Form { part: "toSign", found: parts.len() });
        };
        let time = bits(at, "timeInfo")?;
        let at = instant(&time, "timeInfo").ok();
        Ok(Self {
            seal: Seal::read(seal)?,
            timestamp: at.is_none().then_some(time),
            at,
            data_hash: bits(hash, "dataHash")?,
            property: text(property, "propertyInfo")?,
            signer: octets(cert, "cert")?,
            algorithm: decode(algorithm, "signatureAlgorithm")?,
            to_sign: to_sign.to_vec(),
            signature: bits(signature, "signature")?,
        })
    }

    /// What the signature is over: the DER of `toSign`.
    pub fn to_sign(&self) -> &[u8] {
        &self.to_sign
    }

    /// The signature in DER.
    pub fn signature(&self) -> &[u8] {
        &self.signature
    }

    /// Whether the signature over `toSign` is by the key of a certificate.
    pub fn is_signed_by(&self, signer: &Certificate) -> bool {
        self.algorithm == SM2_WITH_SM3 && signer.verify(&self.to_sign, &self.signature)
    }
}

/// SM3 of bytes.
pub fn sm3(bytes: &[u8]) -> [u8; 32] {
    use sm3::Digest as _;
    sm3::Sm3::digest(bytes).into()
}

struct Property {
    kind: u32,
    name: String,
    signers: Signers,
    created: Timestamp,
    from: Timestamp,
    to: Timestamp,
}

fn read_property(bytes: &[u8]) -> Result<Property, SealProblem> {
    let parts = elements(bytes, "property")?;
    let (kind, name, digests, list, created, from, to) = match parts.as_slice() {
        [kind, name, list, created, from, to] => (kind, name, false, list, created, from, to),
        [kind, name, form, list, created, from, to] => {
            let digests = match decode::<u32>(form, "certListType")? {
                1 => false,
                2 => true,
                other => {
                    let reason = format!("is {other} instead of 1 or 2");
                    return Err(SealProblem::Part { part: "certListType", reason });
                }
            };
            (kind, name, digests, list, created, from, to)
        }
        other => return Err(SealProblem::Form { part: "property", found: other.len() }),
    };
    let list = elements(list, "certList")?;
    let signers = if digests {
        let one = |raw: &&[u8]| match elements(raw, "certDigestList")?.as_slice() {
            [algorithm, digest] => {
                let algorithm: PrintableStringRef<'_> = decode(algorithm, "certDigest.type")?;
                Ok((algorithm.as_str().to_owned(), octets(digest, "certDigest.value")?))
            }
            other => Err(SealProblem::Form { part: "certDigestList", found: other.len() }),
        };
        Signers::Digests(list.iter().map(one).collect::<Result<_, _>>()?)
    } else {
        let one = |raw: &&[u8]| octets(raw, "certList");
        Signers::Certificates(list.iter().map(one).collect::<Result<_, _>>()?)
    };
    let name: Utf8StringRef<'_> = decode(name, "name")?;
    Ok(Property {
        kind: decode(kind, "type")?,
        name: name.as_str().to_owned(),
        signers,
        created: instant(created, "createDate")?,
        from: instant(from, "validStart")?,
        to: instant(to, "validEnd")?,
    })
}

fn read_picture(bytes: &[u8]) -> Result<Picture, SealProblem> {
    let parts = elements(bytes, "picture")?;
    let [kind, data, width, height] = parts.as_slice() else {
        return Err(SealProblem::Form { part: "picture", found: parts.len() });
    };
    Ok(Picture {
        kind: text(kind, "picture.type")?,
        data: octets(data, "picture.data")?,
        width_mm: decode(width, "picture.width")?,
        height_mm: decode(height, "picture.height")?,
    })
}

fn bounded(bytes: &[u8]) -> Result<(), SealProblem> {
    if bytes.len() > STRUCTURE_MAX {
        return Err(SealProblem::TooLarge { found: bytes.len() });
    }
    Ok(())
}

/// The elements of a SEQUENCE, each with its header; nothing may follow it.
fn elements<'a>(bytes: &'a [u8], name: &'static str) -> Result<Vec<&'a [u8]>, SealProblem> {
    let wrong = part(name);
    let whole: der::asn1::AnyRef<'a> = decode(bytes, name)?;
    if der::Tagged::tag(&whole) != Tag::Sequence {
        return Err(SealProblem::Part { part: name, reason: "is not a SEQUENCE".to_owned() });
    }
    let mut reader = SliceReader::new(whole.value()).map_err(&wrong)?;
    let mut found = Vec::new();
    while !reader.is_finished() {
        if found.len() >= ELEMENTS_MAX {
            return Err(SealProblem::Form { part: name, found: found.len() + 1 });
        }
        found.push(reader.tlv_bytes().map_err(&wrong)?);
    }
    Ok(found)
}

fn part(part: &'static str) -> impl Fn(der::Error) -> SealProblem {
    move |e| SealProblem::Part { part, reason: e.to_string() }
}

fn decode<'a, T: Decode<'a, Error = der::Error>>(
    bytes: &'a [u8],
    name: &'static str,
) -> Result<T, SealProblem> {
    T::from_der(bytes).map_err(part(name))
}

fn text(bytes: &[u8], name: &'static str) -> Result<String, SealProblem> {
    decode::<Ia5StringRef<'_>>(bytes, name).map(|text| text.as_str().to_owned())
}

fn octets(bytes: &[u8], name: &'static str) -> Result<Vec<u8>, SealProblem> {
    decode::<&OctetStringRef>(bytes, name).map(|octets| octets.as_bytes().to_vec())
}

fn bits(bytes: &[u8], name: &'static str) -> Result<Vec<u8>, SealProblem> {
    let bits: der::asn1::BitStringRef<'_> = decode(bytes, name)?;
    bits.as_bytes().map(<[u8]>::to_vec).ok_or_else(|| SealProblem::Part {
        part: name,
        reason: "is not a whole number of bytes".to_owned(),
    })
}

/// A GeneralizedTime or a UTCTime: version 1 is found with either.
fn instant(bytes: &[u8], name: &'static str) -> Result<Timestamp, SealProblem> {
    if let Ok(time) = GeneralizedTime::from_der(bytes) {
        return Ok(milliseconds(time.to_unix_duration()));
    }
    decode::<UtcTime>(bytes, name).map(|time| milliseconds(time.to_unix_duration()))
}

fn time(at: Timestamp) -> Result<GeneralizedTime, SealProblem> {
    let seconds = u64::try_from(at.0.div_euclid(1_000)).map_err(|_| SealProblem::Validity)?;
    GeneralizedTime::from_unix_duration(std::time::Duration::from_secs(seconds))
        .map_err(|_| SealProblem::Validity)
}

fn ia5(text: &str) -> Result<Ia5StringRef<'_>, SealProblem> {
    Ia5StringRef::new(text).map_err(|_| SealProblem::Text("a text that is not ASCII"))
}

fn any(value: &impl Encode) -> Result<Any, SealProblem> {
    let der = value.to_der().map_err(part("value"))?;
    Any::from_der(&der).map_err(part("value"))
}

fn sequence(parts: &[Result<Any, SealProblem>]) -> Result<Any, SealProblem> {
    let parts: Vec<Any> = parts.iter().cloned().collect::<Result<_, _>>()?;
    let der = parts.to_der().map_err(part("SEQUENCE"))?;
    Any::from_der(&der).map_err(part("SEQUENCE"))
}
