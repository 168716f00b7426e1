//! Reading pages, normalising, taking personal parts out and putting them back.

use serde_json::{Value, json};

use super::{FOOD_FORM, SUBSIDY_FORM, food_value, pairs, said, subsidy_value};
use crate::form::FormCommand;

#[test]
fn a_page_is_read_as_people_type() {
    let parsed = FOOD_FORM.parse(&pairs(&[
        ("csrf_is_not_ours", "x"),
        ("_csrf", "x"),
        ("company.uscc", " ９１３５０１００ m000100y43 "),
        ("company.phone", "138 1234 1234"),
        ("company.email", ""),
        ("premises.division", "350100"),
        ("premises.division", "350102"),
        ("premises.division", "350102001"),
        ("premises.division", ""),
        ("premises.area", "1,126.5"),
        ("business.kind", "restaurant"),
        ("business.seats", "四十"),
        ("business.items", "hot"),
        ("business.items", "raw"),
        ("business.items", "hot"),
        ("business.online", "false"),
        ("people.0", "row"),
        ("people.0.name", " 沈志明\r\n"),
        ("people.0.number", "11010519491231002x"),
        ("people.0.health", "2026年11月30日"),
        ("people.7.name", "林晓燕"),
        ("people.x.name", "谁"),
        ("promise", "false"),
        ("promise", "true"),
        ("colour.deep", "red"),
    ]));
    assert_eq!(
        parsed.value,
        json!({
            "company": {"uscc": "91350100M000100Y43", "phone": "13812341234"},
            "premises": {"division": "350102001", "area": 1126.5},
            "business": {"kind": "restaurant", "seats": "四十", "items": ["hot", "raw"], "online": false},
            "people": [
                {"name": "沈志明", "number": "11010519491231002X", "health": "2026-11-30"},
                {"name": "林晓燕"}
            ],
            "promise": true
        })
    );
    let unknown: Vec<String> = parsed.problems.iter().map(|p| p.pointer.clone()).collect();
    assert_eq!(unknown, ["/colour", "/csrf_is_not_ours", "/people/x"]);
    assert_eq!(parsed.command, None);
}

#[test]
fn a_changed_prefecture_drops_the_parts_of_the_old_one() {
    for (codes, wanted) in [
        (vec!["350200", "350102", "350102001", "350102001001"], json!("350200")),
        (vec!["350100", "350102", "350203001"], json!("350102")),
        (vec!["", "350102"], Value::Null),
        (vec!["350102001001"], json!("350102001001")),
        (vec!["350100", "350100"], json!("350100")),
        (vec!["3501", "x", "350102"], json!("3501")),
    ] {
        let typed: Vec<_> = codes.iter().map(|code| ("premises.division", *code)).collect();
        let parsed = FOOD_FORM.parse(&pairs(&typed));
        assert_eq!(parsed.value["premises"]["division"], wanted, "{codes:?}");
    }
}

#[test]
fn buttons_add_and_remove_rows() {
    let rows = [("people.0.name", "甲"), ("people.1.name", "乙"), ("people.2.name", "丙")];
    let press = |name: &'static str, target: &'static str| {
        let mut all = rows.to_vec();
        all.push((name, target));
        FOOD_FORM.parse(&pairs(&all))
    };
    let added = press("_add", "people");
    assert_eq!(added.command, Some(FormCommand::Add { list: "/people".into() }));
    assert_eq!(added.value["people"].as_array().unwrap().len(), 4);
    let removed = press("_remove", "people.1");
    assert_eq!(removed.command, Some(FormCommand::Remove { list: "/people".into(), index: 1 }));
    assert_eq!(removed.value["people"], json!([{"name": "甲"}, {"name": "丙"}]));
    let picked = press("_pick", "premises.division");
    assert_eq!(picked.command, Some(FormCommand::Pick { field: "/premises/division".into() }));
    assert_eq!(press("_show", "").command, Some(FormCommand::Refresh));
    assert_eq!(press("_show", "business.kind").command, Some(FormCommand::Refresh));
    for (name, target) in [
        ("_add", "premises"),
        ("_add", "nobody"),
        ("_add", "people.0"),
        ("_remove", "people.3"),
        ("_remove", "people.-1"),
        ("_remove", "people"),
        ("_pick", "premises.area"),
        ("_drop", "people"),
    ] {
        let parsed = press(name, target);
        assert_eq!(parsed.command, None, "{name} {target}");
        assert_eq!(parsed.value["people"].as_array().unwrap().len(), 3);
    }
}

#[test]
fn rows_within_rows_are_added_and_lists_do_not_overflow() {
    let add =
        |target: &str| SUBSIDY_FORM.parse(&pairs(&[("contracts.0", "row"), ("_add", target)]));
    let parsed = add("contracts.0.payments");
    assert_eq!(parsed.value["contracts"], json!([{"payments": [{}]}]));
    let parsed = add("contracts.1.payments");
    assert_eq!(parsed.command, None);
    let full: Vec<(String, String)> = (0..5)
        .map(|index| (format!("contracts.{index}"), "row".to_owned()))
        .chain([("_add".to_owned(), "contracts".to_owned())])
        .collect();
    assert_eq!(SUBSIDY_FORM.parse(&full).value["contracts"].as_array().unwrap().len(), 5);
}

#[test]
fn more_than_a_page_can_send_is_bounded() {
    let many: Vec<(String, String)> =
        (0..9_000).map(|index| (format!("people.{index}.name"), "x".to_owned())).collect();
    let parsed = FOOD_FORM.parse(&many);
    assert_eq!(parsed.value["people"].as_array().unwrap().len(), 21);
    assert!(said(&parsed.problems).iter().any(|problem| problem.contains("太多")));
    let long = vec![("premises.address".to_owned(), "名".repeat(40_000))];
    let parsed = FOOD_FORM.parse(&long);
    assert!(parsed.value["premises"]["address"].as_str().unwrap().len() <= 64 * 1024);
    let name = vec![("a.".repeat(500), "x".to_owned())];
    assert_eq!(FOOD_FORM.parse(&name).problems.len(), 1);
}

#[test]
fn answers_to_questions_that_are_not_asked_are_dropped() {
    let mut value = subsidy_value();
    value["applicant"]["married"] = json!(false);
    value["contracts"][0]["rent"] = json!(300_000);
    value["contracts"].as_array_mut().unwrap().pop();
    let normal = SUBSIDY_FORM.normalise(&value);
    assert_eq!(normal.get("spouse"), None);
    assert_eq!(normal.get("reason"), None);
    assert_eq!(normal["contracts"][0].get("deposit"), None);
    // Whoever is not asked whether they are married is not asked for the spouse either.
    value["applicant"].as_object_mut().unwrap().shift_remove("married");
    assert_eq!(SUBSIDY_FORM.normalise(&value).get("spouse"), None);
    // An answer that does not fit counts as none.
    value["applicant"]["married"] = json!("maybe");
    assert_eq!(SUBSIDY_FORM.normalise(&value).get("spouse"), None);
}

#[test]
fn normal_form_is_tidy_ordered_and_stable() {
    let value = json!({
        "people": [{"number": "１１０１０５ 19491231 002x", "name": "  沈志明 "}],
        "company": {"phone": "+86 138-1234-1234", "uscc": null},
        "business": {"items": [], "kind": ""},
        "premises": " ",
        "stray": 1
    });
    let normal = FOOD_FORM.normalise(&value);
    assert_eq!(
        normal.to_string(),
        json!({
            "company": {"phone": "13812341234"},
            "premises": {},
            "business": {},
            "people": [{"name": "沈志明", "number": "11010519491231002X"}],
            "stray": 1
        })
        .to_string()
    );
    assert_eq!(FOOD_FORM.normalise(&normal), normal);
}

#[test]
fn personal_parts_are_taken_out_and_put_back() {
    assert_eq!(
        FOOD_FORM.personal_pointers(),
        ["/company/phone", "/people/*/name", "/people/*/number"]
    );
    let value = food_value();
    let (clear, personal) = FOOD_FORM.split_personal(&value);
    let text = clear.to_string();
    for secret in ["13812341234", "沈志明", "11010519491231002X", "东街 83 号", "126.5"] {
        assert!(!text.contains(secret), "{secret} in {text}");
    }
    // What was chosen rests in clear.
    assert_eq!(clear["business"]["kind"], value["business"]["kind"]);
    assert_eq!(personal["/people/1/name"], "林晓燕");
    let joined = FOOD_FORM.join_personal(&clear, &personal);
    assert_eq!(joined.to_string(), value.to_string());
    // A wrong number is as personal as a right one.
    let parsed = SUBSIDY_FORM.parse(&pairs(&[("spouse.income", "一万二")]));
    let (clear, personal) = SUBSIDY_FORM.split_personal(&parsed.value);
    assert_eq!(personal["/spouse/income"], "一万二");
    assert!(!clear.to_string().contains("一万二"));
    // A draft holds anything at any place: a text where one chooses, a member that no field has, another shape.
    let odd = json!({
        "business": { "kind": "陈甲", "items": ["陈乙"], "online": "陈丙" },
        "people": ["陈丁"], "company": "陈戊", "premises": { "division": "350102陈己" },
        "stray/one": "陈庚", "stray~two": { "deep": "陈辛" },
    });
    let (clear, personal) = FOOD_FORM.split_personal(&odd);
    assert!(!clear.to_string().contains('陈'), "{clear}");
    assert_eq!(FOOD_FORM.join_personal(&clear, &personal), odd);
    let (clear, personal) = FOOD_FORM.split_personal(&json!("陈壬"));
    assert!(clear.is_null());
    assert_eq!(FOOD_FORM.join_personal(&clear, &personal), "陈壬");
    // What leads nowhere is passed over.
    let stray = json!({"/people/9/name": "x", "nonsense": 1, "": 2, "/company": {"a": 1}});
    let joined = FOOD_FORM.join_personal(&json!({"people": []}), stray.as_object().unwrap());
    assert_eq!(joined["people"], json!([]));
}

#[test]
fn personal_parts_are_masked_for_others() {
    let masked = FOOD_FORM.masked(&food_value());
    assert_eq!(masked["company"]["phone"], "138****1234");
    assert_eq!(masked["people"][0]["name"], "沈**");
    assert_eq!(masked["people"][0]["number"], "1101**********002X");
    assert_eq!(masked["premises"]["address"], "东街 83 号 1 层 06 店面");
    assert_eq!(SUBSIDY_FORM.masked(&subsidy_value())["spouse"]["income"], "****");
}
