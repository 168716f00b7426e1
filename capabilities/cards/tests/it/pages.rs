//! The pages as people use them, without a script.

use http::StatusCode;

use crate::world::{SOCIAL, TRANSIT, number, world};

#[tokio::test]
async fn a_holder_binds_a_card_and_stops_it_and_a_counter_sees_to_it() {
    let world = world().await;
    let house = &world.house;
    let mut holder = world.browser(1, true, &[]).await;
    let mut clerk = world.browser(2, true, &["multicard.clerk"]).await;
    let seen = house.get(&mut holder, "/me/cards").await;
    assert!(seen.text.contains("社会保障卡"), "{}", seen.text);
    // A mistake stands beside its field, and nothing that was typed is lost.
    let typed = [("kind", "multicard.transit"), ("number", "4111 1111 1111 1112")];
    let seen = house.post(&mut holder, "/me/cards", &typed).await;
    assert_eq!(seen.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(seen.text.contains("有一位写错了") && seen.text.contains("4111 1111 1111 1112"));
    let typed = [("kind", "multicard.social-security"), ("number", SOCIAL)];
    let seen = house.post(&mut holder, "/me/cards", &typed).await;
    assert_eq!(seen.location.as_deref(), Some("/me/cards"));
    let seen = house.get(&mut holder, "/me/cards").await;
    assert!(seen.text.contains("待核验") && seen.text.contains("****5678"), "{}", seen.text);
    let card =
        seen.text.split("href=\"/me/cards/").nth(1).unwrap().split('"').next().unwrap().to_owned();

    house.get(&mut clerk, "/counter/cards").await;
    let found = house.post(&mut clerk, "/counter/cards", &[("number", &number(1))]).await;
    assert!(found.text.contains("****5678") && !found.text.contains(SOCIAL), "{}", found.text);
    let account = found.text.split("name=\"account\" value=\"").nth(1).unwrap();
    let account = account.split('"').next().unwrap().to_owned();
    let of = format!("/counter/cards/{card}");
    let wrong = [("account", &*account), ("do", "confirm"), ("number_seen", "A00000000")];
    let seen = house.post(&mut clerk, &of, &wrong).await;
    assert!(seen.text.contains("和登记的卡号不一样"), "{}", seen.text);
    let right = [("account", &*account), ("do", "confirm"), ("number_seen", SOCIAL)];
    let seen = house.post(&mut clerk, &of, &right).await;
    assert_eq!(seen.location, Some(format!("/counter/cards?account={account}")));
    let enter = [("account", &*account), ("kind", "multicard.transit"), ("number", TRANSIT)];
    house.post(&mut clerk, "/counter/cards/enter", &enter).await;
    let seen = house.get(&mut clerk, &format!("/counter/cards?account={account}")).await;
    assert_eq!(seen.text.matches("tag is-good").count(), 2, "{}", seen.text);

    let seen = house.get(&mut holder, &format!("/me/cards/{card}")).await;
    assert!(seen.text.contains("名下其他的卡也一起停用"), "{}", seen.text);
    let loss = [("loss", "stolen"), ("all", "yes")];
    house.post(&mut holder, &format!("/me/cards/{card}/loss"), &loss).await;
    let seen = house.get(&mut holder, "/me/cards").await;
    assert!(seen.text.contains("已经停用 2 张卡"), "{}", seen.text);
    assert_eq!(seen.text.matches("停用：被偷").count(), 2, "{}", seen.text);
    // Others have no such pages.
    let seen = house.get(&mut holder, "/counter/cards").await;
    assert_eq!(seen.status, StatusCode::FORBIDDEN);
    let seen = house.get(&mut clerk, &format!("/me/cards/{card}")).await;
    assert_eq!(seen.status, StatusCode::NOT_FOUND);
}
