//! The pages as people use them, without a script.

use http::StatusCode;
use minshu_runtime::testing::Browser;

use crate::world::{World, world};

/// What stands between two texts of a page.
fn between(text: &str, before: &str, after: &str) -> String {
    text.split(before).nth(1).unwrap().split(after).next().unwrap().to_owned()
}

#[tokio::test]
async fn an_office_issues_a_holder_shows_a_stranger_looks() {
    let world: World = world().await;
    world.seal().await;
    let house = &world.house;
    let mut clerk =
        Browser::with_session(&world.token(1, &["library.issuer", "library.overseer"]).await);
    let mut holder = Browser::with_session(&world.token(2, &[]).await);
    let mut stranger = Browser::default();
    // A mistake stands beside its field, and nothing that was typed is lost.
    let issue = "/licences/desk/issue?type=library.food";
    house.get(&mut clerk, issue).await;
    let wrong = [
        ("holder_name", "榕味"),
        ("holder_number", "91350102MA31EXAM3D"),
        ("division", "350102"),
        ("value.place", "中山路"),
        ("value.manager", "沈志强"),
    ];
    let seen = house.post(&mut clerk, issue, &wrong).await;
    assert_eq!(seen.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", seen.text);
    assert!(seen.text.contains("field-error") && seen.text.contains("沈志强"), "{}", seen.text);
    let number = crate::world::number(2);
    let birth = "/licences/desk/issue?type=library.birth";
    house.get(&mut clerk, birth).await;
    let right = [
        ("holder_name", "林晓燕"),
        ("holder_number", &*number),
        ("division", "350102"),
        ("value.place", "省妇幼保健院"),
        ("value.last", "2099-01-31"),
    ];
    let seen = house.post(&mut clerk, birth, &right).await;
    let at = seen.location.unwrap();
    let seen = house.get(&mut clerk, &at).await;
    assert!(seen.text.contains("林**") && seen.text.contains("省妇幼保健院"), "{}", seen.text);
    let id = at.rsplit('/').next().unwrap().to_owned();

    let seen = house.get(&mut holder, "/me/licences").await;
    assert!(seen.text.contains("出生医学证明") && seen.text.contains("林晓燕"), "{}", seen.text);
    let own = format!("/me/licences/{id}");
    let show = format!("{own}/show");
    let seen = house.get(&mut holder, &show).await;
    assert!(seen.text.contains("只能看一次"), "{}", seen.text);
    let seen = house.post(&mut holder, &show, &[("purpose", "报户口"), ("field", "place")]).await;
    assert!(seen.text.contains("<path d=\"M"), "{}", seen.text);
    let code = between(&seen.text, "/l/", "<");
    let seen = house.get(&mut stranger, &format!("/l/{code}")).await;
    assert!(seen.text.contains("有效") && seen.text.contains("省妇幼保健院"), "{}", seen.text);
    assert!(seen.text.contains("林**") && !seen.text.contains("林晓燕"), "{}", seen.text);
    let seen = house.get(&mut stranger, "/l/0123456789ABCDEFGHJKMNPQRS").await;
    assert_eq!(seen.status, StatusCode::NOT_FOUND);
    assert!(seen.text.contains("没有这个二维码"), "{}", seen.text);
    let seen = house.get(&mut holder, &own).await;
    assert!(seen.text.contains("报户口"), "{}", seen.text);
    let identifier = between(&seen.text, "证照标识</dt><dd>", "<");
    let check = between(&seen.text, "校验码</dt><dd>", "<");
    house.get(&mut stranger, "/verify").await;
    let asked = [("identifier", &*identifier), ("check", &*check)];
    let seen = house.post(&mut stranger, "/verify", &asked).await;
    assert!(seen.text.contains("证照真实，现在有效"), "{}", seen.text);
    let asked = [("identifier", &*identifier), ("check", "0000000000")];
    let seen = house.post(&mut stranger, "/verify", &asked).await;
    assert_eq!(seen.status, StatusCode::UNPROCESSABLE_ENTITY);

    // The office withdraws it; the code that is still open says so at once.
    house.get(&mut clerk, &at).await;
    let seen = house.post(&mut clerk, &at, &[("do", "withdraw"), ("reason", "")]).await;
    assert_eq!(seen.status, StatusCode::UNPROCESSABLE_ENTITY);
    house.post(&mut clerk, &at, &[("do", "withdraw"), ("reason", "信息登记有误")]).await;
    let seen = house.get(&mut stranger, &format!("/l/{code}")).await;
    assert!(seen.text.contains("已撤回"), "{}", seen.text);
    // Others have no such pages.
    let seen = house.get(&mut holder, "/licences/desk").await;
    assert_eq!(seen.status, StatusCode::FORBIDDEN);
    let seen = house.get(&mut holder, "/licences/seals").await;
    assert_eq!(seen.status, StatusCode::FORBIDDEN);
}
