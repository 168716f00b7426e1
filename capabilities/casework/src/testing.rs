//! What the unit tests share.

use minshu_kernel::calendar::{Calendar, NATIONAL};
use minshu_kernel::clock::Timestamp;
use minshu_kernel::objects::ObjectAddress;
use minshu_kernel::text::LocalText;

use crate::elements::Elements;
use crate::model::{MaterialFile, MaterialId, MaterialState};
use crate::pack::{Applicant, FileKind, Item, Material, Necessity, Outcome, Stage, StageAct};

/// Stages of an item with so many: the acts that belong to each place.
pub(crate) fn stages(count: usize) -> Vec<Stage> {
    use StageAct as A;
    (0..count)
        .map(|place| {
            let mut does = vec![A::Return];
            if place == 0 {
                does.extend([A::Accept, A::Refuse]);
            }
            if place + 1 == count {
                does.extend([A::Grant, A::Deny]);
            } else if place > 0 {
                does.push(A::Advance);
            }
            Stage {
                id: format!("stage-{place}"),
                name: LocalText::new(format!("第{place}步"), format!("Stage {place}")),
                role: format!("pack.role-{place}"),
                does,
                limit: "5 working days".parse().unwrap(),
                four_eyes: false,
                parallel: Vec::new(),
            }
        })
        .collect()
}

/// An item with limits of the law, the promise and the stages.
pub(crate) fn item_with_limits(statutory: &str, promised: &str, limits: &[&str]) -> Item {
    let mut stage = stages(limits.len());
    for (stage, limit) in stage.iter_mut().zip(limits) {
        stage.limit = limit.parse().unwrap();
    }
    Item {
        id: "item".into(),
        name: LocalText::new("事项", "Item"),
        summary: LocalText::new("说明", "Summary"),
        form: "forms/item.json".into(),
        applicant: Applicant::Any,
        organisation_field: None,
        division_field: "/division".into(),
        handled_at: minshu_kernel::division::Level::County,
        promised: promised.parse().unwrap(),
        statutory: statutory.parse().unwrap(),
        number_prefix: "IT".into(),
        conditions: Vec::new(),
        basis: Vec::new(),
        fees: Vec::new(),
        result: Outcome {
            name: LocalText::new("证", "Licence"),
            kind: None,
            sample: None,
            licence: None,
            delivery: Vec::new(),
        },
        elements: Elements::default(),
        closed: None,
        retention: None,
        phone: None,
        counter: None,
        lookup: Vec::new(),
        prefill: Vec::new(),
        require: Vec::new(),
        material: Vec::new(),
        stage,
        special: Vec::new(),
        extension: None,
        escalation: None,
    }
}

/// A material.
pub(crate) fn material(id: &str, kinds: &[FileKind], max_mib: u32) -> Material {
    Material {
        id: id.into(),
        name: LocalText::new("材料", "Material"),
        necessity: Necessity::Required,
        kinds: kinds.to_vec(),
        max_mib,
        max_files: 1,
        when: None,
        help: None,
        source: None,
        from: None,
        forms: Vec::new(),
        kind: None,
        copies: None,
        blank: None,
        sample: None,
        standard: None,
        licence: None,
    }
}

/// A file of a material.
pub(crate) fn file_of(material: &str, state: MaterialState) -> MaterialFile {
    MaterialFile {
        id: MaterialId::new(uuid::Uuid::from_u128(7)),
        draft: None,
        case: None,
        material: material.into(),
        name: "file.pdf".into(),
        object: ObjectAddress::of_digest(&[7; 32]),
        kind: "application/pdf".into(),
        bytes: 10,
        state,
        uploaded: Timestamp(0),
    }
}

/// The calendar that comes with the program.
pub(crate) fn national() -> Calendar {
    Calendar::from_toml(NATIONAL).unwrap()
}

/// An instant by date and time of Asia/Shanghai: `2026-03-05T10:30`.
pub(crate) fn at(text: &str) -> Timestamp {
    let time: jiff::civil::DateTime = text.parse().unwrap();
    let of_day = i64::from(time.hour()) * 3_600_000 + i64::from(time.minute()) * 60_000;
    Timestamp::start_of(time.date()).plus_ms(of_day)
}
