//! What is taken along comes back as it was, and what a department delivers is read or told of, never both in part.

use minshu_kernel::money::Fen;
use minshu_kernel::text::LocalText;
use proptest::prelude::*;

use super::{json, read, write};
use crate::elements::{Counter, Department, Elements, Kind, Online, Question, Topic};
use crate::pack::{Fee, FileKind, Item, Necessity};
use crate::testing::{item_with_limits, material};

fn text() -> impl Strategy<Value = String> {
    // What spreadsheets and readers of tables stumble over stands among it.
    prop_oneof![
        "[=+@'\"-]{0,2}[a-z一-龥,;、\"'=\t ]{1,12}[a-z]",
        Just("1E+30".to_owned()),
        Just("=cmd|' /C calc'!A0".to_owned()),
        Just("第一行\n第二行".to_owned()),
        Just("  前后有空格  ".to_owned()),
        Just("0012".to_owned()),
        Just("\u{feff}有标记".to_owned()),
        Just("＝全角".to_owned()),
        Just("回车\r\n换行".to_owned()),
    ]
    .prop_filter("words", |text| !text.trim().is_empty())
}

fn local() -> impl Strategy<Value = LocalText> {
    (text(), text()).prop_map(|(zh, en)| LocalText::new(zh, en))
}

prop_compose! {
    fn elements()(
        kind in proptest::option::of(proptest::sample::select(Kind::ALL)),
        topics in proptest::sample::subsequence(Topic::ALL, 0..4),
        department in proptest::option::of(local()),
        visits in proptest::option::of((1_u32..4, local())),
        steps in prop::collection::vec(local(), 0..3),
        counter in proptest::option::of((local(), local(), local())),
        faq in prop::collection::vec((local(), local()), 0..3),
        code in proptest::option::of("[0-9]{12}"),
    ) -> Elements {
        Elements {
            kind,
            catalogue_code: code,
            department: department.map(|name| Department { code: "some-office".into(), name, uscc: None }),
            online: visits.is_none().then_some(Online::Whole),
            visits: visits.as_ref().map(|(visits, _)| *visits),
            visits_reason: visits.map(|(_, reason)| reason),
            topics: topics.to_vec(),
            steps,
            counters: counter
                .map(|(name, address, hours)| Counter { name, address, hours, phone: Some("12345".into()) })
                .into_iter()
                .collect(),
            faq: faq.into_iter().map(|(ask, answer)| Question { ask, answer }).collect(),
            ..Elements::default()
        }
    }
}

prop_compose! {
    fn item()(
        id in "[a-z][a-z0-9-]{0,20}",
        name in local(),
        summary in local(),
        conditions in prop::collection::vec(local(), 0..3),
        basis in prop::collection::vec(local(), 0..3),
        fees in prop::collection::vec((local(), 1_i64..10_000_000, local(), proptest::option::of(local())), 0..3),
        materials in prop::collection::vec((local(), any::<bool>(), proptest::option::of(text())), 0..4),
        elements in elements(),
        organisation_field in proptest::option::of(text()),
        rest in proptest::option::of(local()),
    ) -> Item {
        let mut item = item_with_limits("20 working days", "10 working days", &["2 calendar days", "5 working days"]);
        item.id = id;
        item.name = name;
        item.summary = summary;
        item.conditions = conditions;
        item.basis = basis;
        item.fees = fees
            .into_iter()
            .map(|(name, fen, basis, standard)| Fee { name, fen: Fen(fen), basis, standard, reduction: None })
            .collect();
        item.material = materials
            .into_iter()
            .enumerate()
            .map(|(place, (name, required, when))| {
                let mut material = material(&format!("m{place}"), &[FileKind::Pdf, FileKind::Ofd], 20);
                material.name = name;
                material.when = when;
                if !required {
                    material.necessity = Necessity::Optional;
                }
                material
            })
            .collect();
        item.elements = elements;
        item.organisation_field = organisation_field;
        // What has no column of its own.
        item.closed = rest.map(|reason| crate::pack::Closed { reason });
        item
    }
}

proptest! {
    #[test]
    fn a_table_and_a_document_bring_back_what_was_taken(items in prop::collection::vec(item(), 1..4)) {
        let mut items = items;
        items.sort_by(|a, b| a.id.cmp(&b.id));
        items.dedup_by(|a, b| a.id == b.id);
        let pairs = || items.iter().map(|item| ("some-pack", item));
        let table = write::csv(pairs()).unwrap();
        let told = |troubles: Vec<super::Trouble>| format!("{troubles:?}");
        let back = read::csv(&table).map_err(told).map_err(TestCaseError::fail)?;
        let back: Vec<Item> = back.into_iter().map(|b| { assert_eq!(b.pack, "some-pack"); b.item }).collect();
        prop_assert_eq!(&back, &items);
        let document = serde_json::to_vec(&json::document(pairs())).unwrap();
        let back = json::read(&document).map_err(told).map_err(TestCaseError::fail)?;
        let back: Vec<Item> = back.into_iter().map(|b| b.item).collect();
        prop_assert_eq!(&back, &items);
        // No cell is one that a spreadsheet would run.
        let mut reader = csv::ReaderBuilder::new().flexible(true).from_reader(table.as_slice());
        for record in reader.records() {
            for cell in record.unwrap().iter() {
                prop_assert!(!cell.starts_with(['=', '+', '-', '@', '\t', '\r']), "{cell}");
            }
        }
    }

    #[test]
    fn any_bytes_are_read_or_told_of(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        if let Err(troubles) = read::csv(&bytes) {
            prop_assert!(!troubles.is_empty());
        }
        if let Err(troubles) = json::read(&bytes) {
            prop_assert!(!troubles.is_empty());
        }
    }
}

/// A small table as a department writes it, with what is wrong in it.
const TABLE: &str = "行类,事项标识,名称,英文名称,说明,英文说明,行使层级,服务对象,法定办结时限,承诺办结时限,结果名称,英文结果名称,表单文件,区划字段,编号前缀,实施编码,标识,材料必要性,文件格式,文件上限(MB),角色,可办操作,环节时限
事项,dog-licence,犬只登记,Dog licence,养犬登记,Register a dog,县级,自然人,20个工作日,10工作日,犬证,Licence,forms/dog.json,/place/division,QZDJ,,,,,,,,
材料,,疫苗证明,Vaccination,,,,,,,,,,,,,vaccine,必要,PDF、JPG,20,,,
环节,,受理,Intake,,,,,,,,,,,,,intake,,,,clerk,受理；退回补正；不予受理,2个工作日
环节,,决定,Decision,,,,,,,,,,,,,decision,,,,officer,准予、不准予,5个工作日
";

#[test]
fn tables_of_departments_are_read_whatever_saved_them() {
    let plain = read::csv(TABLE.as_bytes()).unwrap();
    let item = &plain[0].item;
    assert_eq!(
        (item.id.as_str(), item.material[0].max_mib, item.stage.len()),
        ("dog-licence", 20, 2)
    );
    assert_eq!(item.promised.to_string(), "10 working days");
    let (gbk, _, bad) = encoding_rs::GBK.encode(TABLE);
    assert!(!bad);
    let marked = [b"\xef\xbb\xbf", TABLE.as_bytes()].concat();
    let tabs = TABLE.replace(',', "\t");
    let utf16: Vec<u8> =
        std::iter::once(0xfeff).chain(tabs.encode_utf16()).flat_map(u16::to_le_bytes).collect();
    let with_line = format!("sep=;\r\n{}", TABLE.replace(',', ";").replace('\n', "\r\n"));
    let quoted = TABLE.replace("dog-licence", "=\"dog-licence\"");
    let filled = TABLE.replace('\n', ",,,\n") + ",,,,\n";
    for (what, bytes) in [
        ("GBK", gbk.as_ref()),
        ("UTF-8 with its mark", &marked),
        ("UTF-16 with tabs", &utf16),
        ("semicolons and a line that says so", with_line.as_bytes()),
        ("a formula around a text", quoted.as_bytes()),
        ("empty columns and rows at the end", filled.as_bytes()),
    ] {
        assert_eq!(read::csv(bytes).as_ref(), Ok(&plain), "{what}");
    }
}

#[test]
fn everything_that_is_wrong_is_told_by_row_and_column() {
    let table = TABLE
        .replace("英文名称", "英文名")
        .replace("县级", "县里")
        .replace("10工作日", "10天")
        .replace(",QZDJ,,", ",QZDJ,1.137E+30,")
        .replace("PDF、JPG", "PDF、EXE")
        .replace("vaccine,必要", "vaccine,")
        .replace("5个工作日\n", "5个工作日\n环节,cat-licence,受理,Intake\n说明行,,x\n");
    let told = read::csv(table.as_bytes()).unwrap_err();
    let lines: Vec<String> = told
        .iter()
        .map(|t| format!("{} {}: {} / {}", t.row, t.column, t.what.zh, t.what.en))
        .collect();
    insta::assert_snapshot!(lines.join("\n"));
    let workbook = read::csv(b"PK\x03\x04rest").unwrap_err();
    assert!(workbook[0].what.zh.contains("另存为 CSV"));
    let code = TABLE.replace(",QZDJ,,", ",QZDJ,11370800MB285591853370117002011,");
    let told = read::csv(code.as_bytes()).unwrap_err();
    assert_eq!((told[0].row, told[0].column.as_str()), (2, "实施编码"));
    let document = serde_json::json!({ "format": "minshu-items", "version": 1, "items": [{ "item": { "id": 1 } }] });
    let told = json::read(document.to_string().as_bytes()).unwrap_err();
    assert_eq!((told[0].row, told[0].column.as_str()), (1, "/id"));
}
