use std::sync::Arc;

use minshu_kernel::ids::{AccountId, PersonId};
use minshu_kernel::personal::{Personal as _, PersonalError, Place, Sealer, Subject};
use minshu_kernel::records::{Records as _, Statement, WriteSet};
use minshu_kernel::values;
use uuid::Uuid;

use super::PersonKeys;
use crate::keys::subject_of;
use crate::packs::PackSources;
use crate::testing::TestHouse;

const PLACE: Place<'_> = Place { table: "t", column: "c", row: "1" };

async fn houses() -> Vec<TestHouse> {
    TestHouse::each(&Vec::new, &PackSources::default()).await
}

/// The keys as another process has them: nothing is at hand yet.
fn another(house: &TestHouse) -> PersonKeys {
    let house = &house.house;
    PersonKeys::new(house.keys.clone(), Arc::new(house.db.clone()), house.services.clock.clone())
}

async fn sealer(house: &TestHouse, subject: Subject) -> Sealer {
    Sealer::of(house.house.services.personal.clone(), subject).await.unwrap()
}

#[tokio::test]
async fn each_subject_has_a_key_and_every_process_the_same() {
    for house in houses().await {
        let ids = &*house.house.services.ids;
        let person = Subject::Person(PersonId::fresh(ids));
        let account = Subject::Account(AccountId::fresh(ids));
        let sealed = sealer(&house, person).await.seal_text(PLACE, "林晓燕");
        let other = another(&house);
        assert_eq!(other.open(PLACE, &sealed), Err(PersonalError::KeyAway));
        let key = other.subject_key(person).await.unwrap().unwrap();
        assert_eq!(other.open(PLACE, &sealed).unwrap(), "林晓燕".as_bytes());
        let foreign = other.subject_key(account).await.unwrap().unwrap();
        assert_ne!(key.subject, foreign.subject);
        let (own, other_key) =
            (other.seal_under(&key, PLACE, b"x"), other.seal_under(&foreign, PLACE, b"x"));
        assert_ne!(own, other_key);
        assert!(other.subject_key(Subject::Installation).await.unwrap().is_none());
        // What is sealed under one subject does not open as another's.
        let mut moved = sealed.clone();
        moved[1..17].copy_from_slice(&foreign.subject);
        assert_eq!(other.open(PLACE, &moved), Err(PersonalError::Damaged));
    }
}

#[tokio::test]
async fn two_who_make_a_key_at_once_take_the_same() {
    for house in houses().await {
        let person = Subject::Person(PersonId::fresh(&*house.house.services.ids));
        let (one, two) = (another(&house), another(&house));
        let (a, b) = tokio::join!(one.subject_key(person), two.subject_key(person));
        let (a, b) = (a.unwrap().unwrap(), b.unwrap().unwrap());
        let sealed = one.seal_under(&a, PLACE, b"x");
        assert_eq!(house.house.keys.open_under(&b, PLACE, &sealed).unwrap(), b"x");
    }
}

#[tokio::test]
async fn a_destroyed_key_opens_nothing_and_no_other_takes_its_place() {
    for house in houses().await {
        let id = PersonId::fresh(&*house.house.services.ids);
        let person = Subject::Person(id);
        let sealed = sealer(&house, person).await.seal_text(PLACE, "x");
        let subject = Uuid::from_bytes(subject_of(&sealed).unwrap());
        assert_eq!(subject.to_string(), id.to_string());
        let keys = another(&house);
        let set = WriteSet { statements: vec![keys.destruction(person).unwrap()] };
        assert!(PersonKeys::destroys(&set));
        house.house.db.apply(set).await.unwrap();
        keys.forget_destroyed(true);
        assert!(keys.subject_key(person).await.is_err());
        assert_eq!(keys.open(PLACE, &sealed), Err(PersonalError::Erased));
        let sql = "SELECT wrapped FROM platform_person_key WHERE id = $1";
        let rows = house.house.db.point(sql.into(), values![id]).await.unwrap();
        assert_eq!(rows[0].get::<Vec<u8>>("wrapped").unwrap(), Vec::<u8>::new());
        // A process that still has it at hand learns of it when it looks, which it does every second.
        assert!(house.house.services.personal.open(PLACE, &sealed).is_ok());
        assert_eq!(house.house.person_keys.notice().await.unwrap(), 1);
        assert_eq!(house.house.services.personal.open(PLACE, &sealed), Err(PersonalError::Erased));
        assert_eq!(house.house.person_keys.notice().await.unwrap(), 0);
    }
}

#[tokio::test]
async fn a_key_that_nobody_uses_is_forgotten() {
    for house in houses().await {
        let ids = &*house.house.services.ids;
        let sealed = sealer(&house, Subject::Person(PersonId::fresh(ids))).await;
        let sealed = sealed.seal_text(PLACE, "x");
        for _ in 0..2 {
            house.clock.advance(super::GENERATION_MS);
            let other = Subject::Account(AccountId::fresh(&*house.house.services.ids));
            house.house.services.personal.subject_key(other).await.unwrap();
        }
        assert_eq!(house.house.services.personal.open(PLACE, &sealed), Err(PersonalError::KeyAway));
    }
}

#[tokio::test]
async fn rows_come_with_the_keys_of_all_that_is_sealed_in_them() {
    for house in houses().await {
        let ids = &*house.house.services.ids;
        let mut statements = Vec::new();
        for at in 0..20_i64 {
            let sealer = sealer(&house, Subject::Person(PersonId::fresh(ids))).await;
            let sealed = sealer.seal_text(PLACE, &format!("value {at}"));
            statements.push(Statement::one(
                crate::store::KEEP_REPLY,
                values![format!("{at:02}"), "hash", sealed, at],
            ));
        }
        house.house.db.apply(WriteSet { statements }).await.unwrap();
        let keys = Arc::new(another(&house));
        let engine = Arc::new(house.house.db.clone());
        let records = super::KeyedRecords { engine, keys: keys.clone() };
        let all = "SELECT id, reply FROM platform_idempotency ORDER BY id";
        let rows = records.scan(all.into(), Vec::new()).await.unwrap();
        assert_eq!(rows.len(), 20);
        for (at, row) in rows.iter().enumerate() {
            let sealed: Vec<u8> = row.get("reply").unwrap();
            let clear = keys.open(PLACE, &sealed).unwrap();
            assert_eq!(clear, format!("value {at}").into_bytes());
        }
    }
}
