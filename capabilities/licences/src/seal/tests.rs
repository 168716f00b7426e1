//! Seals made here, and everything that may be wrong with one.

use minshu_kernel::clock::{DAY_MS, Timestamp};
use proptest::prelude::*;

use super::*;

/// 2026-11-27T09:30:00Z.
pub(crate) const NOW: Timestamp = Timestamp(1_795_771_800_000);

pub(crate) fn key(seed: u8) -> PrivateKey {
    PrivateKey::from_bytes(&[seed; 32]).unwrap()
}

fn terms(purpose: Purpose, name: &str, years: i64, serial: u8) -> Terms<'_> {
    Terms {
        purpose,
        subject: Subject { common_name: name, organisation: None, code: None },
        from: NOW.plus_ms(-30 * DAY_MS),
        to: NOW.plus_ms(years * 365 * DAY_MS),
        serial: [serial; 16],
    }
}

/// An authority with everybody that it certifies.
pub(crate) struct House {
    pub(crate) root: Identity,
    pub(crate) issuing: Identity,
    pub(crate) maker: Identity,
    pub(crate) signer: Identity,
}

impl House {
    pub(crate) fn new() -> Self {
        let root = Identity::root(key(1), &terms(Purpose::Root, "闽枢根证书", 20, 1)).unwrap();
        let below = |issuer: &Identity, seed: u8, terms: &Terms<'_>| {
            let key = key(seed);
            let certificate = issuer.issue(&key.public(), terms).unwrap();
            Identity { key, certificate }
        };
        let issuing = below(&root, 2, &terms(Purpose::Issuing, "闽枢签发证书", 10, 2));
        let maker = below(&issuing, 3, &terms(Purpose::SealMaker, "福建省电子印章制作系统", 5, 3));
        let organisation = Subject {
            common_name: "福州市市场监督管理局",
            organisation: Some("福州市市场监督管理局"),
            code: Some("11350100MB1234567X"),
        };
        let signing = Terms { subject: organisation, ..terms(Purpose::Signer, "", 3, 4) };
        let signer = below(&issuing, 4, &signing);
        Self { root, issuing, maker, signer }
    }

    pub(crate) fn trust(&self) -> Trust {
        Trust::new(vec![self.root.certificate.clone()], vec![self.issuing.certificate.clone()])
    }

    pub(crate) fn seal(&self) -> Seal {
        let picture = Picture {
            kind: "png".to_owned(),
            data: b"\x89PNG".to_vec(),
            width_mm: 42,
            height_mm: 42,
        };
        self.seal_with(picture)
    }

    pub(crate) fn seal_with(&self, picture: Picture) -> Seal {
        let terms = SealTerms {
            id: "35010000000001",
            name: "福州市市场监督管理局电子证照专用章",
            kind: 1,
            signers: std::slice::from_ref(&self.signer.certificate),
            created: NOW.plus_ms(-DAY_MS),
            from: NOW.plus_ms(-DAY_MS),
            to: NOW.plus_ms(365 * DAY_MS),
            picture,
        };
        Seal::make(&self.maker, &terms).unwrap()
    }
}

#[test]
fn certificates_lead_to_their_root() {
    let house = House::new();
    let chain = house.trust().chain(&house.signer.certificate).unwrap();
    assert_eq!(chain.len(), 3);
    let good = |_: &Certificate| Standing::Good;
    assert_eq!(chain_holds(&chain, NOW, &good), Ok(()));
    let subject = house.signer.certificate.subject();
    assert!(subject.contains("福州市市场监督管理局"), "{subject}");
    assert_eq!(house.signer.certificate.common_name().unwrap(), "福州市市场监督管理局");

    // Beyond its validity, and at its last second.
    let (from, to) = house.signer.certificate.validity();
    assert_eq!(chain_holds(&chain, to.plus_ms(999), &good), Ok(()));
    let late = chain_holds(&chain, to.plus_ms(1_000), &good);
    assert_eq!(late, Err(ChainProblem::Validity { subject: subject.clone() }));
    assert!(chain_holds(&chain, from.plus_ms(-1), &good).is_err());

    // Revoked a moment before, and a moment after.
    let serial = house.signer.certificate.serial();
    let revoked = |since: i64| {
        let serial = serial.clone();
        move |c: &Certificate| match c.serial() == serial {
            true => Standing::Revoked(NOW.plus_ms(since)),
            false => Standing::Good,
        }
    };
    assert_eq!(chain_holds(&chain, NOW, &revoked(1)), Ok(()));
    assert_eq!(chain_holds(&chain, NOW, &revoked(0)), Err(ChainProblem::Revoked { subject }));

    // A root that signs documents itself is not one for signing.
    let root = vec![house.root.certificate.clone()];
    assert!(matches!(chain_holds(&root, NOW, &good), Err(ChainProblem::Usage { .. })));

    // Nobody knows a root of the same name with another key.
    let other = Identity::root(key(9), &terms(Purpose::Root, "闽枢根证书", 20, 1)).unwrap();
    let trust = Trust::new(vec![other.certificate], vec![house.issuing.certificate.clone()]);
    assert!(matches!(trust.chain(&house.signer.certificate), Err(ChainProblem::Unknown { .. })));
    assert!(Trust::default().chain(&house.signer.certificate).is_err());
}

#[test]
fn who_is_no_authority_issues_nothing() {
    let house = House::new();
    let public = key(7).public();
    let refused = |issuer: &Identity, terms: &Terms<'_>| issuer.issue(&public, terms).unwrap_err();
    let signing = terms(Purpose::Signer, "某单位", 1, 5);
    assert!(matches!(refused(&house.signer, &signing), IssueProblem::NotAuthority));
    let issuing = terms(Purpose::Issuing, "某单位", 1, 5);
    assert!(matches!(refused(&house.issuing, &issuing), IssueProblem::NotAuthority));
    let long = terms(Purpose::Signer, "某单位", 30, 5);
    assert!(matches!(refused(&house.issuing, &long), IssueProblem::Outlives));
    let nameless = terms(Purpose::Signer, " ", 1, 5);
    assert!(matches!(refused(&house.issuing, &nameless), IssueProblem::Name));
    let mut never = terms(Purpose::Signer, "某单位", 1, 5);
    never.to = never.from;
    assert!(matches!(refused(&house.issuing, &never), IssueProblem::Validity));
}

#[test]
fn certificates_travel_as_pem() {
    let house = House::new();
    let text = [&house.root, &house.issuing, &house.signer].map(|i| i.certificate.pem()).concat();
    let chain = Certificate::from_pem_chain(text.as_bytes()).unwrap();
    assert_eq!(chain, [&house.root, &house.issuing, &house.signer].map(|i| i.certificate.clone()));
    let trust = Trust::from_pem(text.as_bytes()).unwrap();
    assert!(trust.chain(&house.maker.certificate).is_ok());
    assert!(Certificate::from_pem_chain(b"-----BEGIN CERTIFICATE-----\nAAAA\n").is_err());
}

#[test]
fn a_seal_is_read_as_it_was_made() {
    let house = House::new();
    let seal = house.seal();
    assert_eq!(seal.version, SealVersion::V4);
    assert_eq!((seal.kind, seal.id.as_str()), (1, "35010000000001"));
    assert_eq!(seal.name, "福州市市场监督管理局电子证照专用章");
    assert!(seal.is_signed_by(&house.maker.certificate));
    assert!(!seal.is_signed_by(&house.signer.certificate));
    assert!(seal.allows(house.signer.certificate.der()));
    assert!(!seal.allows(house.maker.certificate.der()));
    assert_eq!(Seal::read(&seal.der).unwrap(), seal);

    let value = seal.sign(&house.signer, b"<list/>", NOW, "/Signature.xml").unwrap();
    let read = SealedSignature::read(&value).unwrap();
    assert_eq!(read.at, Some(NOW));
    assert_eq!(read.data_hash, sm3(b"<list/>"));
    assert_eq!(read.property, "/Signature.xml");
    assert_eq!(read.seal, seal);
    assert!(read.is_signed_by(&house.signer.certificate));
    assert!(!read.is_signed_by(&house.maker.certificate));

    // Who is not listed does not sign; nor does anybody before the seal may be used or after.
    let sign = |who: &Identity, at: Timestamp| seal.sign(who, b"", at, "/x");
    assert!(matches!(sign(&house.maker, NOW), Err(SealProblem::Signer(_))));
    assert_eq!(sign(&house.signer, NOW.plus_ms(-2 * DAY_MS)), Err(SealProblem::Validity));
    assert_eq!(sign(&house.signer, NOW.plus_ms(400 * DAY_MS)), Err(SealProblem::Validity));
}

/// Any bit of a signed value that is changed makes it unreadable or is told by one of the steps.
#[test]
fn one_changed_bit_is_told() {
    let house = House::new();
    let seal = house.seal();
    let value = seal.sign(&house.signer, b"<list/>", NOW, "/Signature.xml").unwrap();
    for at in (0..value.len()).step_by(7) {
        let mut changed = value.clone();
        changed[at] ^= 1;
        let Ok(read) = SealedSignature::read(&changed) else { continue };
        let signer = Certificate::from_der(&read.signer);
        let holds = signer.is_ok_and(|c| c == house.signer.certificate && read.is_signed_by(&c));
        assert!(!holds, "byte {at} of {}", value.len());
    }
}

#[test]
fn a_seal_of_the_older_standard_is_read() {
    let house = House::new();
    let old = older::seal(&house);
    let seal = Seal::read(&old).unwrap();
    assert_eq!(seal.version, SealVersion::V1);
    assert_eq!(seal.name, "旧版印章");
    assert!(seal.is_signed_by(&house.maker.certificate));
    assert!(!seal.is_signed_by(&house.signer.certificate));
    let value = older::signature(&house, &old, b"<list/>");
    let read = SealedSignature::read(&value).unwrap();
    assert_eq!(read.at, Some(NOW));
    assert!(read.is_signed_by(&house.signer.certificate));
    assert_eq!(read.data_hash, sm3(b"<list/>"));
    assert!(read.seal.allows(&read.signer));
}

/// The encodings of GM/T 0031, written by hand: nothing here makes them any more.
mod older {
    use super::*;

    fn tlv(tag: u8, content: &[u8]) -> Vec<u8> {
        let mut der = vec![tag];
        match content.len() {
            short @ 0..=127 => der.push(u8::try_from(short).unwrap()),
            long => {
                der.push(0x82);
                der.extend(u16::try_from(long).unwrap().to_be_bytes());
                if long < 256 {
                    der.truncate(1);
                    der.extend([0x81, u8::try_from(long).unwrap()]);
                }
            }
        }
        der.extend(content);
        der
    }

    fn sequence(parts: &[Vec<u8>]) -> Vec<u8> {
        tlv(0x30, &parts.concat())
    }

    fn bits(content: &[u8]) -> Vec<u8> {
        tlv(3, &[&[0], content].concat())
    }

    fn algorithm() -> Vec<u8> {
        der::Encode::to_der(&SM2_WITH_SM3).unwrap()
    }

    pub(super) fn seal(house: &House) -> Vec<u8> {
        let header = sequence(&[tlv(0x16, b"ES"), tlv(2, &[1]), tlv(0x16, b"Old")]);
        let property = sequence(&[
            tlv(2, &[1]),
            tlv(0x0c, "旧版印章".as_bytes()),
            sequence(&[tlv(4, house.signer.certificate.der())]),
            tlv(0x17, b"261101000000Z"),
            tlv(0x17, b"261101000000Z"),
            tlv(0x17, b"271101000000Z"),
        ]);
        let picture =
            sequence(&[tlv(0x16, b"PNG"), tlv(4, b"\x89PNG"), tlv(2, &[40]), tlv(2, &[40])]);
        let info = sequence(&[header, tlv(0x16, b"0001"), property, picture]);
        let cert = tlv(4, house.maker.certificate.der());
        let signed = sequence(&[info.clone(), cert.clone(), algorithm()]);
        let signature = house.maker.key.sign(&signed).unwrap();
        sequence(&[info, sequence(&[cert, algorithm(), bits(&signature)])])
    }

    pub(super) fn signature(house: &House, seal: &[u8], list: &[u8]) -> Vec<u8> {
        let to_sign = sequence(&[
            tlv(2, &[1]),
            seal.to_vec(),
            bits(&tlv(0x17, b"261127093000Z")),
            bits(&sm3(list)),
            tlv(0x16, b"/Signature.xml"),
            tlv(4, house.signer.certificate.der()),
            algorithm(),
        ]);
        let signature = house.signer.key.sign(&to_sign).unwrap();
        sequence(&[to_sign, bits(&signature)])
    }
}

#[test]
fn requests_are_held_against_their_key() {
    // Made by `openssl req -new -newkey sm2` in the interoperability test; here only what is no request.
    assert!(matches!(Request::read(b"no"), Err(IssueProblem::Request(_))));
    assert!(matches!(Request::read(&[b'-'; 20_000]), Err(IssueProblem::Request(_))));
}

proptest! {
    #[test]
    fn any_bytes_are_read_or_refused(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
        let _seal = Seal::read(&bytes);
        let _value = SealedSignature::read(&bytes);
        let _certificate = Certificate::from_der(&bytes);
        let _request = Request::read(&bytes);
    }
}
