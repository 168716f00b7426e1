use super::{SHELF, each};
use minshu_kernel::records::Records;
use minshu_kernel::values;
use minshu_storage::records::migrate::{MigrateError, migrate, pending};
use minshu_storage::records::testing::TestDb;
use minshu_storage::records::{Db, Engine, Migrations, Settings};

const FIRST: (&str, &str) = ("V1__boxes", "CREATE TABLE boxes (id TEXT PRIMARY KEY);");
const SECOND: (&str, &str) =
    ("V2__box_size", "ALTER TABLE boxes ADD COLUMN size BIGINT NOT NULL DEFAULT 0;");

const OLD: Migrations = Migrations { owner: "boxes", files: &[FIRST] };
const NEW: Migrations = Migrations { owner: "boxes", files: &[FIRST, SECOND] };

#[tokio::test]
async fn each_owner_has_its_own_history() {
    for test in each().await {
        let waiting = pending(&test, &[SHELF, NEW]).await.unwrap();
        let waiting: Vec<_> = waiting.iter().map(|s| (s.owner, s.version)).collect();
        assert_eq!(waiting, [("boxes", 1), ("boxes", 2)], "{test:?}");
        let done = migrate(test.settings(), &[SHELF, OLD]).await.unwrap();
        assert_eq!(done.len(), 1);
        assert_eq!((done[0].owner, done[0].version, done[0].name.as_str()), ("boxes", 1, "boxes"));
        assert_eq!(pending(&test, &[NEW, SHELF]).await.unwrap()[0].name, "box_size");
        migrate(test.settings(), &[SHELF, NEW]).await.unwrap();
        assert!(migrate(test.settings(), &[SHELF, NEW]).await.unwrap().is_empty());
        assert!(pending(&test, &[SHELF, NEW]).await.unwrap().is_empty());
        test.point("SELECT id, size FROM boxes".into(), values![]).await.unwrap();
    }
}

#[tokio::test]
async fn an_older_program_refuses_a_newer_database() {
    for test in each().await {
        migrate(test.settings(), &[NEW]).await.unwrap();
        for refused in [
            migrate(test.settings(), &[SHELF, OLD]).await.unwrap_err(),
            pending(&test, &[SHELF, OLD]).await.unwrap_err(),
        ] {
            let text = refused.to_string();
            let MigrateError::Newer { owner, found, known } = refused else { panic!("{text}") };
            assert_eq!((owner, found, known), ("boxes", 2, 1), "{test:?}");
            assert!(text.contains("boxes stands at version 2, this program knows up to 1"));
        }
    }
}

#[tokio::test]
async fn a_text_that_was_applied_is_frozen() {
    const CHANGED: Migrations = Migrations {
        owner: "boxes",
        files: &[("V1__boxes", "CREATE TABLE boxes (id BIGINT PRIMARY KEY);")],
    };
    for test in each().await {
        migrate(test.settings(), &[OLD]).await.unwrap();
        let refused = migrate(test.settings(), &[CHANGED]).await.unwrap_err();
        assert!(matches!(refused, MigrateError::Diverged { owner: "boxes", .. }), "{refused}");
    }
}

#[tokio::test]
async fn a_failed_migration_leaves_nothing_of_its_owner() {
    const BROKEN: Migrations = Migrations {
        owner: "boxes",
        files: &[FIRST, ("V2__broken", "ALTER TABLE nosuch ADD COLUMN size BIGINT;")],
    };
    for test in each().await {
        let failed = migrate(test.settings(), &[BROKEN]).await.unwrap_err();
        let text = failed.to_string();
        assert!(matches!(failed, MigrateError::Failed { owner: "boxes", .. }), "{text}");
        assert!(text.contains("nosuch"), "{test:?} {text}");
        assert!(test.point("SELECT id FROM boxes".into(), values![]).await.is_err());
        // And it can go on.
        migrate(test.settings(), &[NEW]).await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn several_at_once_take_turns() {
    for test in each().await {
        let all: Vec<_> = (0..6)
            .map(|_| {
                let settings = test.settings().clone();
                tokio::spawn(async move { migrate(&settings, &[SHELF, NEW]).await })
            })
            .collect();
        let mut applied = 0;
        for one in all {
            applied += one.await.unwrap().unwrap().len();
        }
        assert_eq!(applied, 2, "{test:?}");
    }
}

#[tokio::test]
async fn a_table_is_rebuilt_with_references_kept() {
    const REBUILT: Migrations = Migrations {
        owner: "shelf",
        files: &[
            SHELF.files[0],
            (
                "V2__owners_named",
                "CREATE TABLE owners_new (
                    id TEXT PRIMARY KEY,
                    version BIGINT NOT NULL,
                    name TEXT NOT NULL
                );
                INSERT INTO owners_new (id, version, name) SELECT id, version, id FROM owners;
                DROP TABLE owners;
                ALTER TABLE owners_new RENAME TO owners;",
            ),
        ],
    };
    const DANGLING: Migrations =
        Migrations { owner: "other", files: &[("V1__empty", "DELETE FROM owners;")] };
    let test = TestDb::sqlite(&[SHELF]).await;
    assert_eq!(test.engine(), Engine::Sqlite);
    let own = "INSERT INTO owners (id, version) VALUES ('o', 1)";
    let item = "INSERT INTO items (id, owner, number) VALUES ('a', 'o', 1)";
    let sets = [own, item].map(|sql| minshu_kernel::records::Statement::one(sql, values![]));
    test.apply(super::set(sets)).await.unwrap();
    migrate(test.settings(), &[REBUILT]).await.unwrap();
    assert_eq!(test.integrity_check().await.unwrap(), Vec::<String>::new());
    let dangling = migrate(test.settings(), &[REBUILT, DANGLING]).await.unwrap_err();
    assert!(dangling.to_string().contains("items row"), "{dangling}");
}

#[tokio::test]
async fn a_fresh_folder_is_made() {
    let folder = tempfile::tempdir().unwrap();
    let settings = Settings::sqlite(folder.path().join("deep/er/records.sqlite"));
    migrate(&settings, &[NEW]).await.unwrap();
    let db = Db::open(settings).await.unwrap();
    assert!(pending(&db, &[NEW]).await.unwrap().is_empty());
}
