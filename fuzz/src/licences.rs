//! Licences of strangers: identifiers, certificates, seals, documents, templates.

use minshu_kernel::clock::Timestamp;
use minshu_licences::code::LicenceCode;
use minshu_licences::layout::Template;
use minshu_licences::ofd::Package;
use minshu_licences::seal::{
    Certificate, Knowledge, Request, Seal, SealedSignature, Trust, Verifier,
};

use crate::text;

/// An identifier: what is read says itself again.
pub fn code(bytes: &[u8]) {
    if let Ok(code) = LicenceCode::read(&text(bytes)) {
        assert_eq!(LicenceCode::read(&code.to_string()).as_ref(), Ok(&code));
        if let Ok(next) = code.next_version() {
            assert_eq!(LicenceCode::read(&next.short()), Ok(next));
        }
    }
}

/// A document: whatever it is, nobody vouches for it.
pub fn document(bytes: &[u8]) {
    if let Ok(package) = Package::open(bytes) {
        let verifier = Verifier::new(Trust::default());
        let known = Knowledge::only_the_time(Timestamp(1_795_771_800_000));
        if let Ok(report) = verifier.verify_package(&package, &known) {
            assert!(!report.holds());
        }
    }
}

/// Certificates, requests, seals and signed values.
pub fn seal(bytes: &[u8]) {
    if let Ok(seal) = Seal::read(bytes) {
        assert_eq!(Seal::read(&seal.der).as_ref(), Ok(&seal));
    }
    if let Ok(value) = SealedSignature::read(bytes) {
        assert!(bytes.len() >= value.to_sign().len() + value.signature().len());
    }
    if let Ok(certificate) = Certificate::from_der(bytes) {
        assert_eq!(Certificate::from_der(certificate.der()).as_ref(), Ok(&certificate));
    }
    let _request = Request::read(bytes);
    let _chain = Certificate::from_pem_chain(bytes);
}

/// A template: what is read has a page and at least one box.
pub fn template(bytes: &[u8]) {
    if let Ok(template) = Template::parse(&text(bytes)) {
        assert!(template.page.width > 0.0 && !template.boxes.is_empty());
        let _fields = template.fields();
    }
}
