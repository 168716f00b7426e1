//! No personal value rests in clear: marked values go in, and every column of every table is searched for them.

use minshu_kernel::objects::{ObjectAddress, ObjectsError};
use minshu_kernel::personal::Subject;
use minshu_kernel::records::WriteSet;
use serde_json::json;

use crate::world::{
    CLERK, COMPANY, IdentityDouble, USCC, World, capabilities_with, food_form, pdf, worlds,
};

const MARKS: [&str; 6] =
    ["标记人甲", "13859107766", "11010519491231002X", "标记文件名", "标记理由", "mark@example.cn"];

fn tables() -> Vec<String> {
    let capabilities = capabilities_with(&std::sync::Arc::new(IdentityDouble::default()));
    let mut tables = Vec::new();
    for set in minshu_runtime::house::migrations(&capabilities) {
        for (_, text) in set.files {
            let after = text.split("CREATE TABLE ").skip(1);
            tables.extend(after.map(|rest| rest.split([' ', '(']).next().unwrap().to_owned()));
        }
    }
    tables
}

async fn resting_in_clear(world: &World) -> Vec<String> {
    let (mut found, mut seen) = (Vec::new(), 0);
    for table in tables() {
        let records = &world.house.house.services.records;
        let rows = records.scan(format!("SELECT * FROM {table}").into(), Vec::new()).await.unwrap();
        seen += rows.len();
        for row in rows {
            let shown = format!("{row:?}");
            for mark in MARKS {
                let bytes = format!("{:?}", mark.as_bytes());
                if shown.contains(mark) || shown.contains(bytes.trim_matches(['[', ']'])) {
                    found.push(format!("{table}: {mark}"));
                }
            }
        }
    }
    assert!(seen > 20, "the search saw only {seen} rows");
    found
}

#[tokio::test]
async fn personal_values_never_rest_in_clear() {
    for world in worlds().await {
        let agent = world.agent(COMPANY, USCC);
        let mut form = food_form();
        form["company"]["contact"] = json!(MARKS[0]);
        form["company"]["phone"] = json!(MARKS[1]);
        form["company"]["email"] = json!(MARKS[5]);
        form["people"][0]["number"] = json!(MARKS[2]);
        let on_behalf = world.on_behalf(&agent).await;
        let key = Some("a-key");
        let input = json!({
            "item": crate::world::FOOD, "on_behalf": on_behalf, "form": form,
        });
        let begun = world.house.act_once(&agent, "casework.save_draft", input, key).await.unwrap();
        let draft = begun["draft"].clone();
        for material in ["plan", "rules", "health"] {
            let object = world.uploaded(&agent, pdf(material)).await;
            let input = json!({
                "draft": draft, "material": material, "name": format!("{}.pdf", MARKS[3]),
                "object": object,
            });
            world.house.act_once(&agent, "casework.attach", input, Some(material)).await.unwrap();
        }
        let submit = json!({ "draft": draft });
        let sent = world.house.act_once(&agent, "casework.submit", submit, key).await.unwrap();
        let clerk = world.house.officer(CLERK, "350102");
        let back = json!({ "case": sent["case"], "version": 1, "reason": MARKS[4].repeat(2) });
        world.house.act_once(&clerk, "casework.return", back, key).await.unwrap();
        let begin = json!({ "case": sent["case"] });
        world.done(&agent, "casework.begin_correction", begin).await;
        world.house.settle().await;
        assert_eq!(resting_in_clear(&world).await, Vec::<String>::new());
        // And on the way out they are masked for whoever handles the case.
        let view = world.asked(&clerk, "casework.case", json!({ "case": sent["case"] })).await;
        let text = view["form"].to_string();
        assert!(text.contains("1101**********002X") && !text.contains(MARKS[2]), "{text}");
        assert!(!text.contains(MARKS[1]) && !text.contains(MARKS[0]));
    }
}

/// The first bytes of what is sealed under a subject's key.
fn under(subject: &str) -> Vec<u8> {
    let id = uuid::Uuid::parse_str(subject).unwrap();
    [&[2], id.as_bytes().as_slice()].concat()
}

#[tokio::test]
async fn what_a_person_owns_rests_under_the_persons_key_and_a_companys_does_not() {
    for world in worlds().await {
        let person = world.house.resident();
        let case = world.boards_case(&person).await["case"].as_str().unwrap().to_owned();
        let personal = &world.house.house;
        let own = under(&person.person.unwrap().to_string());
        for sql in [
            "SELECT form_personal AS sealed FROM casework_case WHERE id = $1",
            "SELECT applicant_name AS sealed FROM casework_case WHERE id = $1",
            "SELECT detail AS sealed FROM casework_step WHERE case_id = $1",
            "SELECT name AS sealed FROM casework_material WHERE case_id = $1",
        ] {
            let values = minshu_kernel::values![&case];
            let rows = personal.services.records.scan(sql.into(), values).await.unwrap();
            assert!(!rows.is_empty(), "{sql}");
            for row in rows {
                assert!(row.get::<Vec<u8>>("sealed").unwrap().starts_with(&own), "{sql}");
            }
        }
        let agent = world.agent(COMPANY, USCC);
        let on_behalf = world.on_behalf(&agent).await;
        let input =
            json!({ "item": crate::world::FOOD, "on_behalf": on_behalf, "form": food_form() });
        world.done(&agent, "casework.save_draft", input).await;
        let drafts = "SELECT form_personal FROM casework_draft";
        let rows = personal.services.records.scan(drafts.into(), Vec::new()).await.unwrap();
        assert_eq!(rows.len(), 1);
        let installation = under("00000000-0000-0000-0000-000000000000");
        assert!(rows[0].get::<Vec<u8>>("form_personal").unwrap().starts_with(&installation));

        // Its files too, which are given to it with the case.
        let objects = async |case: &str| -> Vec<ObjectAddress> {
            let sql = "SELECT object FROM casework_material WHERE case_id = $1";
            let values = minshu_kernel::values![case];
            let rows = personal.services.records.scan(sql.into(), values).await.unwrap();
            let texts = rows.iter().map(|row| row.get::<String>("object").unwrap());
            texts.map(|text| ObjectAddress::parse(&text).unwrap()).collect()
        };
        let kept = "SELECT address, subject, wrapped, staged FROM platform_object_key";
        let rows = personal.services.records.scan(kept.into(), Vec::new()).await.unwrap();
        assert_eq!(rows.len(), 2);
        for row in rows {
            assert!(row.get::<Vec<u8>>("wrapped").unwrap().starts_with(&own));
            assert!(!row.get::<bool>("staged").unwrap());
        }
        let (own_files, company) = (objects(&case).await, world.food_case(&agent).await);
        let company_files = objects(company["case"].as_str().unwrap()).await;
        assert!(own_files.len() == 2 && company_files.len() == 3);
        // Whoever sent a file for a company holds it no longer.
        let rows = personal.services.records.scan(kept.into(), Vec::new()).await.unwrap();
        let subject = |row: &minshu_kernel::records::Row| row.get::<String>("subject").unwrap();
        assert_eq!(rows.iter().filter(|row| subject(row) == "installation").count(), 3);
        assert_eq!(rows.len(), 5);
        // A key that is destroyed takes everything with it that rests under it.
        let subject = Subject::Person(person.person.unwrap());
        let statements = vec![personal.services.personal.destruction(subject).unwrap()];
        personal.services.records.apply(WriteSet { statements }).await.unwrap();
        personal.person_keys.forget_destroyed(true);
        let asked = world.house.ask(&person, "casework.case", json!({ "case": case })).await;
        assert_eq!(asked.unwrap_err().code, "kernel.missing");
        for file in own_files {
            let read = personal.services.objects.get(&file).await;
            assert!(matches!(read, Err(ObjectsError::Missing)));
        }
        for file in company_files {
            assert!(personal.services.objects.get(&file).await.is_ok());
        }
    }
}
