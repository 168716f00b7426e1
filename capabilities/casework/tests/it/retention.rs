//! Closed cases go when their time is over, two people agreed and nothing holds them; and then they are really gone.

use minshu_kernel::access::Principal;
use minshu_kernel::clock::{DAY_MS, Timestamp};
use minshu_kernel::ctx::{Call, Ctx};
use minshu_kernel::ids::RequestId;
use minshu_kernel::objects::ObjectAddress;
use minshu_kernel::records::{Records as _, WriteSet};
use minshu_kernel::text::Lang;
use minshu_kernel::values;
use minshu_runtime::disposal::carry;
use minshu_runtime::testing::TestHouse;
use minshu_storage::records::{Db, Settings};
use serde_json::{Value as Json, json};

use crate::world::{
    BOARDS, IdentityDouble, World, boards_form, capabilities_with, changed_packs, pdf, told,
};

const KEEPER: &str = "platform.records_keeper";
const APPROVER: &str = "platform.disposal_approver";
const ITEM: &str = "items/outdoor-advertising.toml";

async fn worlds() -> Vec<World> {
    let kept = "retention = { years = 3, basis = { zh = \"《办法》第九条\", en = \"Rules, article 9\" } }\nphone ";
    let packs = changed_packs(&[(ITEM, "phone ", kept)]);
    let double = std::sync::Arc::new(IdentityDouble::default());
    let houses = TestHouse::each(&|| capabilities_with(&double), &packs).await;
    houses.into_iter().map(|house| World::of(house, &double)).collect()
}

/// A case of somebody that came to its end today.
async fn closed(world: &World, person: &Principal) -> String {
    let case = world.boards_case(person).await;
    let input =
        json!({ "case": case["case"], "version": case["version"], "reason": "不办了，改天再来" });
    world.done(person, "casework.withdraw", input).await;
    case["case"].as_str().unwrap().to_owned()
}

async fn number(world: &World, case: &str) -> String {
    let sql = "SELECT number FROM casework_case WHERE id = $1";
    let rows = world.house.house.db.scan(sql.into(), values![case]).await.unwrap();
    rows[0].get("number").unwrap()
}

async fn rows(world: &World, table: &str, column: &str, value: &str) -> usize {
    let sql = format!("SELECT {column} FROM {table} WHERE {column} = $1");
    world.house.house.db.scan(sql.into(), values![value]).await.unwrap().len()
}

async fn objects(world: &World, case: &str) -> Vec<String> {
    let sql = "SELECT object FROM casework_material WHERE case_id = $1 ORDER BY id";
    let rows = world.house.house.db.scan(sql.into(), values![case]).await.unwrap();
    rows.iter().map(|row| row.get("object").unwrap()).collect()
}

async fn is_stored(world: &World, address: &str) -> bool {
    let address = ObjectAddress::parse(address).unwrap();
    world.house.house.services.objects.get(&address).await.is_ok()
}

async fn gather(world: &World) -> Json {
    world.done(&Principal::job(), "platform.gather_disposals", json!({})).await["records"].clone()
}

/// Lets the job go to its end; answers how many rounds it took.
async fn carry_out(world: &World, list: &Json) -> usize {
    for round in 1..20 {
        let input = json!({ "list": list });
        if world.done(&Principal::job(), "platform.dispose", input).await["over"] == true {
            return round;
        }
    }
    panic!("it does not come to an end");
}

/// What keeps somebody from leaving, by the keys of the texts.
async fn hindrances(world: &World, who: &Principal) -> Vec<String> {
    let house = &world.house.house;
    let call = Call {
        who: std::sync::Arc::new(who.clone()),
        operation: String::new(),
        input: Json::Null,
        key: None,
        cause: None,
        request: RequestId::fresh(&*house.services.ids),
        lang: Lang::Zh,
        peer: None,
    };
    let ctx = Ctx::new(house.services.clone(), &call, "identity.erase_me");
    let holds = house.contract.holdings.iter().find(|h| h.name == "platform.holds").unwrap();
    let leaving = (holds.leave)(&ctx).await.unwrap();
    leaving.hindrances.iter().map(|message| ctx.speaker().message(message)).collect()
}

#[tokio::test]
async fn what_is_over_goes_when_two_agree_and_nothing_holds_it() {
    for world in worlds().await {
        let people: Vec<Principal> = (0..5).map(|_| world.house.resident()).collect();
        let mut cases = Vec::new();
        for person in &people {
            cases.push(closed(&world, person).await);
        }
        let [gone, held, owners, taken_out, shares] = <[String; 5]>::try_from(cases).unwrap();
        // One that is still open is nobody's business here, however old it grows.
        let open = world.boards_case(&world.house.resident()).await["case"].clone();
        let files = objects(&world, &gone).await;
        assert_eq!(files.len(), 2);
        // The last one hands in the same file as the first.
        let sql = "UPDATE casework_material SET object = $2 WHERE id = (SELECT id FROM casework_material WHERE case_id = $1 ORDER BY id LIMIT 1)";
        let share = minshu_kernel::records::Statement::one(sql, values![&shares, &files[0]]);
        let set = WriteSet { statements: vec![share] };
        world.house.house.services.records.apply(set).await.unwrap();
        world.house.settle().await;

        let keeper = world.house.officer(KEEPER, "350102");
        let approver = world.house.officer(APPROVER, "350102");
        let elsewhere = world.house.officer(KEEPER, "350203");

        // Three years from 5 March 2026: 5 March 2029 is the last day.
        let edge = Timestamp::end_of(jiff::civil::date(2029, 3, 5));
        world.house.clock.set(edge.plus_ms(-1));
        assert_eq!(gather(&world).await, 0);
        world.house.clock.set(edge);
        assert_eq!(gather(&world).await, 5);
        assert_eq!(gather(&world).await, 0, "what is listed is not listed twice");

        let lists = world.asked(&keeper, "platform.disposals", json!({})).await;
        let list = lists["lists"][0].clone();
        assert_eq!(lists["lists"].as_array().unwrap().len(), 1);
        assert_eq!((&list["items"], &list["years"]), (&json!(5), &json!(3)), "{list}");
        let id = list["list"].clone();
        assert!(
            world.asked(&elsewhere, "platform.disposals", json!({})).await["lists"]
                .as_array()
                .unwrap()
                .is_empty()
        );
        let peep = world.house.ask(&elsewhere, "platform.disposal", json!({ "list": id })).await;
        assert_eq!(peep.unwrap_err().code, "kernel.missing");
        let view = world.asked(&keeper, "platform.disposal", json!({ "list": id })).await;
        assert_eq!(view["records"].as_array().unwrap().len(), 5);
        let text = view.to_string();
        assert!(text.contains("林") && !text.contains("林晓燕") && !text.contains("pdf"), "{text}");

        // A hold on a case, and one on everything of whoever another case is about.
        let hold = async |reach: &str, case: &str| {
            let input = json!({
                "record_type": "casework.case", "reach": reach, "number": number(&world, case).await,
                "reason": "行政诉讼期间保全", "until": null,
            });
            world.done(&keeper, "platform.place_hold", input).await["hold"].clone()
        };
        let placed = hold("record", &held).await;
        hold("owner", &owners).await;
        let input = json!({
            "record_type": "casework.case", "reach": "record", "number": number(&world, &gone).await,
            "reason": "不归他管",
        });
        let no = world.refused(&elsewhere, "platform.place_hold", input).await;
        assert_eq!(told(&no), "kernel.invalid [/number platform-hold-number]");
        assert!(hindrances(&world, &people[0]).await.is_empty());
        for whose in [1, 2] {
            let told = hindrances(&world, &people[whose]).await;
            assert!(told.len() == 1 && told[0].contains("行政诉讼期间保全"), "{told:?}");
        }

        let step = |version: i64, more: Json| {
            let mut input = json!({ "list": id, "version": version, "reason": "已逐件鉴定" });
            input.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
            input
        };
        let version = list["version"].as_i64().unwrap();
        let out = step(version, json!({ "records": [taken_out] }));
        world.done(&keeper, "platform.take_out_records", out.clone()).await;
        let stale = world.refused(&keeper, "platform.take_out_records", out).await;
        assert_eq!(stale.code, "platform.disposal_changed");
        let job = Principal::job();
        let unapproved = world.refused(&job, "platform.dispose", json!({ "list": id })).await;
        assert_eq!(unapproved.code, "platform.disposal_state");
        let propose = step(version + 1, json!({}));
        world.done(&keeper, "platform.propose_disposal", propose).await;
        // Whoever proposed it does not approve it, whatever posts the person has.
        let mut both = keeper.clone();
        both.grants.extend(approver.grants.clone());
        let input = step(version + 2, json!({}));
        let own = world.refused(&both, "platform.approve_disposal", input.clone()).await;
        assert_eq!(own.code, "platform.own_disposal");
        let far = world.house.officer(APPROVER, "350203");
        let no = world.refused(&far, "platform.approve_disposal", input.clone()).await;
        assert_eq!(no.code, "kernel.missing");
        world.done(&approver, "platform.approve_disposal", input).await;

        // Cut off between the file and its rows: the next round finds the rows again.
        world.done(&Principal::job(), "platform.dispose", json!({ "list": id })).await;
        assert_eq!(rows(&world, "casework_case", "id", &gone).await, 0);
        let lone = ObjectAddress::parse(&files[1]).unwrap();
        world.house.house.services.objects.remove(&lone).await.unwrap();
        assert_eq!(carry_out(&world, &id).await, 2);

        let again = world.refused(&job, "platform.dispose", json!({ "list": id })).await;
        assert_eq!(again.code, "platform.disposal_state");
        let done = world.asked(&approver, "platform.disposal", json!({ "list": id })).await;
        let line = &done["list"];
        // The case that shares a file goes as well; the file goes with the last that uses it.
        assert_eq!(
            (&line["gone"], &line["kept"], &line["state"]),
            (&json!(2), &json!(2), &json!("done")),
            "{line}"
        );
        let mut ids = vec![gone.clone(), shares.clone()];
        ids.sort();
        assert_eq!(line["digest"], json!(carry::digest(&ids)));
        assert!(done["records"].as_array().unwrap().is_empty());
        for case in [&gone, &shares] {
            for (table, column) in [
                ("casework_case", "id"),
                ("casework_step", "case_id"),
                ("casework_material", "case_id"),
                ("platform_disposal_item", "record"),
            ] {
                assert_eq!(rows(&world, table, column, case).await, 0, "{table}");
            }
        }
        for file in &files {
            assert!(!is_stored(&world, file).await);
            for table in ["platform_object_key", "platform_upload", "platform_disposal_file"] {
                assert_eq!(rows(&world, table, "address", file).await, 0, "{table}");
            }
        }
        for case in [&held, &owners, &taken_out, &open.as_str().unwrap().to_owned()] {
            assert_eq!(rows(&world, "casework_case", "id", case).await, 1);
            assert_eq!(objects(&world, case).await.len(), 2);
            assert!(is_stored(&world, &objects(&world, case).await[0]).await);
        }

        // Lifted, it comes again after a time; what was taken out after a year.
        let lift = json!({ "hold": placed, "version": 1, "reason": "诉讼已经终结" });
        world.done(&keeper, "platform.lift_hold", lift).await;
        assert!(hindrances(&world, &people[1]).await.is_empty());
        assert_eq!(gather(&world).await, 0);
        world.house.clock.advance(31 * DAY_MS);
        assert_eq!(
            gather(&world).await,
            2,
            "the one whose hold was lifted, and the one that is looked at again"
        );
        world.house.clock.advance(366 * DAY_MS);
        assert_eq!(gather(&world).await, 1);
    }
}

#[tokio::test]
async fn a_file_that_another_case_uses_stays_and_removed_values_are_in_no_file() {
    for world in worlds().await {
        let (first, second) = (world.house.resident(), world.house.resident());
        let case = closed(&world, &first).await;
        let files = objects(&world, &case).await;
        let draft = json!({ "item": BOARDS, "form": boards_form() });
        let draft = world.done(&second, "casework.save_draft", draft).await["draft"].clone();
        let other = world.uploaded(&second, pdf("other")).await;
        let attach = json!({
            "draft": draft, "material": "picture", "name": "p.pdf", "object": other,
        });
        world.done(&second, "casework.attach", attach).await;
        let sql = "UPDATE casework_material SET object = $2 WHERE object = $1";
        let share = minshu_kernel::records::Statement::one(sql, values![&other, &files[0]]);
        let set = WriteSet { statements: vec![share] };
        world.house.house.services.records.apply(set).await.unwrap();
        // What rests of the first one's name and form, as it lies in the database's file.
        let sql = "SELECT applicant_name, form_personal FROM casework_case WHERE id = $1";
        let row = world.house.house.db.scan(sql.into(), values![&case]).await.unwrap();
        let sealed: Vec<Vec<u8>> = ["applicant_name", "form_personal"]
            .map(|column| row[0].get::<Vec<u8>>(column).unwrap())
            .to_vec();

        assert_ne!(rests_in_files(&world, &sealed).await, Some(false), "it can be found");

        world.house.clock.set(Timestamp::start_of(jiff::civil::date(2031, 1, 2)));
        assert_eq!(gather(&world).await, 1);
        let keeper = world.house.officer(KEEPER, "350100");
        let approver = world.house.officer(APPROVER, "350000");
        let lists = world.asked(&keeper, "platform.disposals", json!({})).await;
        let list = lists["lists"][0].clone();
        let mut browser = world.browser(&keeper);
        let page = format!("/records/disposals/{}", list["list"].as_str().unwrap());
        let seen = world.house.get(&mut browser, "/records/disposals").await;
        assert!(seen.status.is_success() && seen.text.contains(&page), "{}", seen.text);
        let seen = world.house.get(&mut browser, &page).await;
        assert!(seen.text.contains("林**") || seen.text.contains("林*"), "{}", seen.text);
        let version = list["version"].to_string();
        let form = [("do", "propose"), ("version", version.as_str()), ("reason", "嗯")];
        let seen = world.house.post(&mut browser, &page, &form).await;
        assert_eq!(seen.status.as_u16(), 422);
        assert!(seen.text.contains("请写明理由"), "{}", seen.text);
        let form = [("do", "take_out"), ("version", version.as_str()), ("reason", "留作样本")];
        let seen = world.house.post(&mut browser, &page, &form).await;
        assert_eq!(seen.status.as_u16(), 422);
        let form = [("do", "propose"), ("version", version.as_str()), ("reason", "已逐件鉴定")];
        let seen = world.house.post(&mut browser, &page, &form).await;
        assert_eq!(seen.status.as_u16(), 303, "{}", seen.text);
        let mut other_browser = world.browser(&approver);
        world.house.get(&mut other_browser, &page).await;
        let version = (list["version"].as_i64().unwrap() + 1).to_string();
        let form = [("do", "approve"), ("version", version.as_str()), ("reason", "同意处置")];
        let seen = world.house.post(&mut other_browser, &page, &form).await;
        assert_eq!(seen.status.as_u16(), 303, "{}", seen.text);
        carry_out(&world, &list["list"]).await;
        let seen = world.house.get(&mut browser, &page).await;
        assert!(seen.text.contains("档案处置证明") && seen.text.contains("SM3"), "{}", seen.text);
        assert!(is_stored(&world, &files[0]).await, "the other one's draft uses it");
        assert!(!is_stored(&world, &files[1]).await);

        // Holds have their page as well.
        let seen = world.house.get(&mut browser, "/records/holds").await;
        assert!(seen.status.is_success());
        let form = [
            ("record_type", "casework.case"),
            ("reach", "record"),
            ("number", "X-1"),
            ("reason", "保全证据"),
            ("until", ""),
        ];
        let seen = world.house.post(&mut browser, "/records/holds", &form).await;
        assert!(
            seen.status.as_u16() == 422 && seen.text.contains("找不到这个编号"),
            "{}",
            seen.text
        );
        let form = [
            ("record_type", "casework.case"),
            ("reach", "type"),
            ("number", ""),
            ("reason", "专项检查期间"),
            ("until", "2031-06-30"),
        ];
        let seen = world.house.post(&mut browser, "/records/holds", &form).await;
        assert_eq!(seen.status.as_u16(), 303, "{}", seen.text);
        let seen = world.house.get(&mut browser, "/records/holds").await;
        assert!(
            seen.text.contains("全部办件") && seen.text.contains("专项检查期间"),
            "{}",
            seen.text
        );

        // On SQLite: neither in the file nor in the log, once that is folded in.
        assert_ne!(rests_in_files(&world, &sealed).await, Some(true));
    }
}

/// Whether the files of an SQLite database hold one of these values, once its log is folded in: those of a copy, as a start
/// after a power cut would find them. Nothing on PostgreSQL.
async fn rests_in_files(world: &World, sealed: &[Vec<u8>]) -> Option<bool> {
    let names = world.house.house.db.scan("PRAGMA database_list".into(), values![]).await.ok()?;
    let path: String = names[0].get("file").unwrap();
    let copy = std::env::temp_dir().join(world.house.house.services.ids.next().to_string());
    std::fs::create_dir(&copy).unwrap();
    let file = copy.join("records.sqlite");
    let log = copy.join("records.sqlite-wal");
    std::fs::copy(&path, &file).unwrap();
    std::fs::copy(format!("{path}-wal"), &log).unwrap();
    drop(Db::open(Settings::sqlite(&file)).await.unwrap());
    // Its last thread folds the log in when it ends.
    for _ in 0..200 {
        if std::fs::metadata(&log).map_or(0, |log| log.len()) == 0 {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
    assert_eq!(std::fs::metadata(&log).map_or(0, |log| log.len()), 0);
    let bytes = std::fs::read(&file).unwrap();
    std::fs::remove_dir_all(&copy).unwrap();
    // The end of each: behind the head and the nonce.
    let rests = |value: &Vec<u8>| {
        let part = &value[value.len() - 20..];
        bytes.windows(part.len()).any(|window| window == part)
    };
    Some(sealed.iter().any(rests))
}
