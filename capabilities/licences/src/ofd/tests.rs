//! Packages written here and what strangers send instead.

use std::io::{Cursor, Write as _};

use minshu_kernel::clock::DAY_MS;
use proptest::prelude::*;
use zip::write::{SimpleFileOptions, ZipWriter};

use super::*;
use crate::layout::tests::{FOOD, fonts, food_values};
use crate::layout::{Template, lay_out};
use crate::seal::tests::{House, NOW};
use crate::seal::{
    Certificate, Drawing, Finding, Knowledge, LICENCE_CODE, Outcome, Report, Seal, SealStanding,
    Standing, Step, Verifier, draw,
};

const CODE: &str = "1.2.156.3005.2.11370800MB28559184001.11370800MB28559184.000000001.001.L";

/// A sealed licence and everybody who had a hand in it.
fn licence() -> (House, Vec<u8>) {
    let house = House::new();
    let fonts = fonts();
    let drawing = Drawing {
        width_mm: 42,
        height_mm: 42,
        name: "福州市鼓楼区市场监督管理局",
        star: true,
        line: Some("电子证照专用章"),
        number: Some("3501020000001"),
    };
    let seal = house.seal_with(draw(&drawing, &fonts).unwrap());
    let template = Template::parse(FOOD).unwrap();
    let document = lay_out(&template, &fonts, &food_values()).unwrap();
    let facts = Facts {
        id: [7; 16],
        created: NOW,
        author: "福州市鼓楼区市场监督管理局".to_owned(),
        custom: vec![(LICENCE_CODE.to_owned(), CODE.to_owned())],
    };
    let unsealed = write(&document, &fonts, facts).unwrap();
    let sealed = unsealed.seal(&seal, &house.signer, NOW).unwrap();
    (house, sealed)
}

/// The same package with each file as the function wants it; `None` leaves it out.
fn rewritten(
    package: &[u8],
    change: impl Fn(&str, &[u8]) -> Option<Vec<u8>>,
    more: &[(&str, &[u8])],
) -> Vec<u8> {
    let open = Package::open(package).unwrap();
    let mut files: Vec<(String, Vec<u8>)> = Vec::new();
    for path in open.paths() {
        if let Some(content) = change(path, open.file(path).unwrap()) {
            files.push((path.to_owned(), content));
        }
    }
    files.extend(more.iter().map(|(path, content)| ((*path).to_owned(), content.to_vec())));
    archive(&files)
}

fn archive(files: &[(String, Vec<u8>)]) -> Vec<u8> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    for (path, content) in files {
        zip.start_file(path.as_str(), SimpleFileOptions::default()).unwrap();
        zip.write_all(content).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

fn keep(_: &str, content: &[u8]) -> Option<Vec<u8>> {
    Some(content.to_vec())
}

fn verify(house: &House, package: &[u8]) -> Report {
    let known =
        Knowledge { now: NOW, certificate: &|_| Standing::Good, seal: &|_| SealStanding::InForce };
    Verifier::new(house.trust()).verify(package, &known).unwrap()
}

fn failure(house: &House, package: &[u8]) -> (Step, Finding) {
    let report = verify(house, package);
    let (step, finding) = report.signatures[0].first_failure().unwrap();
    assert!(!report.holds());
    (step, finding.clone())
}

#[test]
fn a_licence_is_sealed_and_holds() {
    let (house, sealed) = licence();
    let report = verify(&house, &sealed);
    let signature = &report.signatures[0];
    assert!(report.holds(), "{:?}", signature.first_failure());
    assert_eq!(report.code.as_deref(), Some(CODE));
    assert_eq!(report.title.as_deref(), Some("食品经营许可证 JY23501020000001"));
    assert_eq!(signature.at, Some(NOW));
    let names: Vec<Step> = signature.steps.iter().map(|(step, _)| *step).collect();
    assert_eq!(names, Step::ALL);
    let seen = Outcome::NotApplicable(Finding::NoTimestamp);
    assert!(signature.steps.iter().all(|(step, outcome)| match step {
        Step::Timestamp => *outcome == seen,
        _ => *outcome == Outcome::Passed,
    }));
    // The same input gives the same bytes.
    assert_eq!(licence().1, sealed);
    let package = Package::open(&sealed).unwrap();
    assert_eq!(package.pages().unwrap(), ["Doc_0/Pages/Page_0/Content.xml"]);
    let file = &package.signatures().unwrap()[0];
    assert_eq!(file.stamps[0].boundary, "209 132 42 42");
    // Paths as the reading program of the field writes them: from the root.
    let list = package.file("Doc_0/Signs/Signatures.xml").unwrap();
    let list = std::str::from_utf8(list).unwrap();
    assert!(list.contains("BaseLoc=\"/Doc_0/Signs/Sign_0/Signature.xml\""), "{list}");
}

#[test]
fn what_was_changed_is_named() {
    let (house, sealed) = licence();
    let page = "Doc_0/Pages/Page_0/Content.xml";
    let edited = rewritten(
        &sealed,
        |path, content| {
            let text = String::from_utf8_lossy(content).replace("示例", "别的");
            Some(if path == page { text.into_bytes() } else { content.to_vec() })
        },
        &[],
    );
    let changed = Finding::ChangedFile(page.to_owned());
    assert_eq!(failure(&house, &edited), (Step::References, changed));

    let added = rewritten(&sealed, keep, &[("Doc_0/Annots/Page_0.xml", b"<a/>")]);
    let open = Finding::Unprotected(vec!["Doc_0/Annots/Page_0.xml".to_owned()]);
    assert_eq!(failure(&house, &added), (Step::Coverage, open));

    let public = "Doc_0/PublicRes.xml";
    let gone = rewritten(&sealed, |path, c| (path != public).then(|| c.to_vec()), &[]);
    let missing = Finding::MissingFile(public.to_owned());
    assert_eq!(failure(&house, &gone), (Step::References, missing));

    // A list of files with another digest for the edited page: then the signed value is of another list.
    let list = "Doc_0/Signs/Sign_0/Signature.xml";
    let relisted = rewritten(
        &sealed,
        |path, content| {
            let text = String::from_utf8_lossy(content)
                .replace("ProviderName=\"Minshu\"", "ProviderName=\"Other\"");
            Some(if path == list { text.into_bytes() } else { content.to_vec() })
        },
        &[],
    );
    assert_eq!(failure(&house, &relisted), (Step::DataHash, Finding::OtherList));

    let method = rewritten(
        &sealed,
        |path, content| {
            let text = String::from_utf8_lossy(content)
                .replace("CheckMethod=\"SM3\"", "CheckMethod=\"MD5\"");
            Some(if path == list { text.into_bytes() } else { content.to_vec() })
        },
        &[],
    );
    assert_eq!(failure(&house, &method).1, Finding::DigestMethod("MD5".to_owned()));

    let value = "Doc_0/Signs/Sign_0/SignedValue.dat";
    let emptied = rewritten(
        &sealed,
        |path, c| Some(if path == value { Vec::new() } else { c.to_vec() }),
        &[],
    );
    assert!(matches!(failure(&house, &emptied), (Step::DataHash, Finding::Unreadable(_))));
}

#[test]
fn who_is_not_trusted_or_no_longer() {
    let (house, sealed) = licence();
    let ask = |trust, known: &Knowledge<'_>| {
        let report = Verifier::new(trust).verify(&sealed, known).unwrap();
        let failed = report.signatures[0].first_failure();
        failed.map(|(step, finding)| (step, finding.clone()))
    };
    let only = Knowledge::only_the_time(NOW);
    assert!(matches!(
        ask(crate::seal::Trust::default(), &only),
        Some((Step::Chain, Finding::Chain(_)))
    ));
    assert_eq!(ask(house.trust(), &only), None);

    let early = Knowledge::only_the_time(NOW.plus_ms(-DAY_MS));
    assert_eq!(ask(house.trust(), &early), Some((Step::Standing, Finding::Future)));

    let withdrawn = |since: i64| {
        let knows = move |_: &Seal| SealStanding::Withdrawn(NOW.plus_ms(since));
        let known = Knowledge { now: NOW, certificate: &|_| Standing::Good, seal: &knows };
        ask(house.trust(), &known)
    };
    // Withdrawn afterwards, what was sealed stays; withdrawn a moment before, it was sealed by nobody.
    assert_eq!(withdrawn(1), None);
    assert_eq!(withdrawn(0), Some((Step::Standing, Finding::SealWithdrawn)));

    let serial = house.maker.certificate.serial();
    let revoked = |c: &Certificate| match c.serial() == serial {
        true => Standing::Revoked(NOW.plus_ms(-10 * DAY_MS)),
        false => Standing::Good,
    };
    let known = Knowledge { now: NOW, certificate: &revoked, seal: &|_| SealStanding::InForce };
    assert!(matches!(ask(house.trust(), &known), Some((Step::Chain, Finding::Chain(_)))));
}

#[test]
fn a_document_without_a_seal_does_not_hold() {
    let fonts = fonts();
    let document = lay_out(&Template::parse(FOOD).unwrap(), &fonts, &food_values()).unwrap();
    let facts = Facts { id: [7; 16], created: NOW, author: "a&<>\"".to_owned(), custom: vec![] };
    let plain = write(&document, &fonts, facts).unwrap().plain().unwrap();
    let house = House::new();
    assert!(!verify(&house, &plain).holds());
    assert_eq!(verify(&house, &plain).signatures, []);
    let mut unplaced = document.clone();
    unplaced.pages[0].seals.clear();
    let facts = Facts { id: [7; 16], created: NOW, author: String::new(), custom: vec![] };
    let unsealed = write(&unplaced, &fonts, facts).unwrap();
    let refused = unsealed.seal(&house.seal(), &house.signer, NOW);
    assert!(matches!(refused, Err(WriteProblem::NoPlace)));
}

fn refused(files: &[(&str, &[u8])]) -> ReadProblem {
    let files: Vec<_> = files.iter().map(|(p, c)| ((*p).to_owned(), c.to_vec())).collect();
    let package = archive(&files);
    let opened = Package::open(&package).and_then(|p| p.pages().and(p.signatures()));
    opened.unwrap_err()
}

const ROOT: &str = "<OFD><DocBody><DocRoot>Doc_0/Document.xml</DocRoot></DocBody></OFD>";

#[test]
fn packages_of_strangers_are_refused_with_their_reason() {
    assert!(matches!(Package::open(b"no archive"), Err(ReadProblem::Archive(_))));
    let missing = refused(&[("a.xml", b"<a/>")]);
    assert!(missing.to_string().contains("no OFD.xml"), "{missing}");
    let missing = refused(&[("OFD.xml", ROOT.as_bytes())]);
    assert!(
        missing.to_string().contains("no Doc_0/Document.xml, which OFD.xml names"),
        "{missing}"
    );

    // Entities, declared or not; a type of document; an element that does not end; elements too deep.
    let xml = |text: String| refused(&[("OFD.xml", text.as_bytes())]).to_string();
    let laughs = "<!DOCTYPE OFD [<!ENTITY a \"ha\"><!ENTITY b \"&a;&a;\">]><OFD>&b;</OFD>";
    assert!(xml(laughs.to_owned()).contains("document type"));
    assert!(xml("<OFD>&b;</OFD>".to_owned()).contains("entity"));
    assert!(xml("<OFD><a>".to_owned()).contains("OFD.xml"));
    assert!(xml(format!("<OFD>{}", "<a>".repeat(100))).contains("deeper"));
    assert!(xml("<OFD/><OFD/>".to_owned()).contains("root"));
    assert!(xml("<Other/>".to_owned()).contains("no OFD"));

    // Names that lead out, and two files of one name but for their letters.
    let name = refused(&[("../OFD.xml", b"<OFD/>")]);
    assert_eq!(name, ReadProblem::Name("../OFD.xml".to_owned()));
    let twice = refused(&[("OFD.xml", b"<OFD/>"), ("ofd.XML", b"<OFD/>")]);
    assert!(matches!(twice, ReadProblem::Duplicate(_)));
    let two =
        [("OFD.xml".to_owned(), b"<OFD/>".to_vec()), ("XFD.xml".to_owned(), b"<a/>".to_vec())];
    let mut same = archive(&two);
    for at in 0..same.len() - 7 {
        if same[at..].starts_with(b"XFD.xml") {
            same[at] = b'O';
        }
    }
    assert_eq!(Package::open(&same).unwrap_err(), ReadProblem::Twice);
    let out = ROOT.replace("Doc_0/Document.xml", "../../etc/passwd");
    assert!(matches!(refused(&[("OFD.xml", out.as_bytes())]), ReadProblem::Name(_)));
}

#[test]
fn a_package_that_unpacks_to_too_much_is_a_bomb() {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    let options = SimpleFileOptions::default();
    let zeros = vec![0; 16 * 1024 * 1024];
    for number in 0..17 {
        zip.start_file(format!("{number}.bin"), options).unwrap();
        zip.write_all(&zeros).unwrap();
    }
    let package = zip.finish().unwrap().into_inner();
    assert!(package.len() < 1024 * 1024);
    assert_eq!(Package::open(&package).unwrap_err(), ReadProblem::Bomb);
}

#[test]
fn places_are_understood_as_makers_write_them() {
    let document = b"<Document><Pages><Page ID=\"1\" BaseLoc=\"PLACE\"/></Pages></Document>";
    for place in [
        "Pages/P.xml",
        "/Doc_0/Pages/P.xml",
        "Doc_0/Pages/P.xml",
        "./Pages/../Pages/P.xml",
        "Pages\\P.xml",
    ] {
        let document = String::from_utf8_lossy(document).replace("PLACE", place);
        let files = [
            ("OFD.xml".to_owned(), ROOT.as_bytes().to_vec()),
            ("Doc_0/Document.xml".to_owned(), document.into_bytes()),
            ("Doc_0/Pages/P.xml".to_owned(), b"<Page/>".to_vec()),
        ];
        let package = Package::open(&archive(&files)).unwrap();
        assert_eq!(package.pages().unwrap(), ["Doc_0/Pages/P.xml"], "{place}");
    }
}

#[test]
fn the_same_pages_as_pdf() {
    let fonts = fonts();
    let document = lay_out(&Template::parse(FOOD).unwrap(), &fonts, &food_values()).unwrap();
    let drawing = Drawing {
        width_mm: 42,
        height_mm: 42,
        name: "福州市鼓楼区市场监督管理局",
        star: true,
        line: None,
        number: None,
    };
    let picture = draw(&drawing, &fonts).unwrap();
    let pdf = crate::pdf::write(&document, &fonts, Some(&picture.data), NOW).unwrap();
    assert!(pdf.starts_with(b"%PDF-"));
    assert!(pdf.len() < 200_000, "{}", pdf.len());
    assert_eq!(crate::pdf::write(&document, &fonts, Some(&picture.data), NOW).unwrap(), pdf);
    assert!(crate::pdf::write(&document, &fonts, Some(b"no picture"), NOW).is_err());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn any_bytes_are_read_or_refused(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
        let _package = Package::open(&bytes);
        let files = [("OFD.xml".to_owned(), bytes)];
        if let Ok(package) = Package::open(&archive(&files)) {
            let _pages = package.pages();
            let _signatures = package.signatures();
        }
    }

    #[test]
    fn any_text_is_written_as_xml_and_read_again(text in "[^\\p{C}]{0,60}") {
        let xml = format!("<a b=\"{0}\">{0}</a>", super::draw::escaped(&text));
        let node = super::xml::parse("a.xml", xml.as_bytes()).unwrap();
        prop_assert_eq!(node.attribute("b").map(str::trim), Some(text.trim()));
        prop_assert_eq!(node.text, text);
    }
}
