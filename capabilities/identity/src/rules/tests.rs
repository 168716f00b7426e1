use jiff::civil::date as day;
use minshu_kernel::text::LocalText;
use proptest::prelude::*;

use super::*;

fn key<T>(result: Result<T, Message>) -> String {
    result.err().map_or("good".to_owned(), |message| message.key.into_owned())
}

#[test]
fn names_of_people() {
    for (typed, wanted) in [
        ("林晓燕", "林晓燕"),
        ("  林 ", "林"),
        ("买买提•艾力", "买买提·艾力"),
        ("Anna  Maria O'Neill-Wu", "Anna Maria O'Neill-Wu"),
        ("䶮", "䶮"),
    ] {
        assert_eq!(person_name(typed).unwrap(), wanted);
    }
    for (typed, wanted) in [
        ("", "identity-name-missing"),
        ("　", "identity-name-missing"),
        ("林2", "identity-name-characters"),
        ("·林", "identity-name-characters"),
        ("林\u{0}晓", "identity-name-characters"),
        ("<b>林</b>", "identity-name-characters"),
    ] {
        assert_eq!(key(person_name(typed)), wanted, "{typed:?}");
    }
    assert!(person_name(&"林".repeat(50)).is_ok());
    assert_eq!(key(person_name(&"林".repeat(51))), "identity-name-too-long");
}

#[test]
fn passwords_are_judged_by_length_and_guessability_alone() {
    let (phone, number) = ("13859102266", "350102198806121528");
    for (typed, wanted) in [
        ("abcdefghi", "identity-password-short"),
        ("闽江边上的榕树很多年", "good"),
        ("correct horse battery", "good"),
        ("1234567890", "identity-password-common"),
        ("PASSWORD123", "identity-password-common"),
        ("aaaaaaaaaaaa", "identity-password-common"),
        ("ababababab", "identity-password-common"),
        ("manchesterunited", "identity-password-common"),
        ("Fujian2026", "identity-password-common"),
        ("qwertyuiop[]", "identity-password-common"),
        ("福建福建福建福建福建", "identity-password-common"),
        ("my13859102266", "identity-password-phone"),
        ("x198806121528", "identity-password-number"),
    ] {
        assert_eq!(key(password(typed, phone, number)), wanted, "{typed}");
    }
    let of_groups =
        |count: u32| (0..count).map(|n| format!("长{:02}", n * 37 % 89)).collect::<String>();
    assert_eq!(key(password(&of_groups(42), phone, number)), "good");
    assert_eq!(key(password(&of_groups(43), phone, number)), "identity-password-long");
    assert_eq!(key(password("abcdefghij", "", "")), "identity-password-common");
}

/// A long password made to be costly is judged about as soon as any other.
#[test]
#[expect(clippy::disallowed_methods, reason = "the test is of elapsed time")]
fn judging_is_bounded() {
    for typed in ["a1".repeat(64), "password".repeat(16), "19881206".repeat(16), "闽江".repeat(64)]
    {
        let begun = std::time::Instant::now();
        let _ = password(&typed, "", "");
        assert!(begun.elapsed().as_secs() < 5, "{typed}: {:?}", begun.elapsed());
    }
}

#[test]
fn the_list_of_common_passwords_is_in_its_form() {
    for common in COMMON.lines() {
        assert!(common.chars().count() >= PASSWORD_MIN, "{common} is refused by its length");
        assert_eq!(common, common.to_lowercase());
    }
    assert!(COMMON.lines().count() > 100);
}

#[test]
fn a_wait_is_told_in_whole_units_rounded_up() {
    use minshu_kernel::text::Arg;
    for (ms, unit, count) in [
        (1, "seconds", 1),
        (30_000, "seconds", 30),
        (90_001, "minutes", 2),
        (900_000, "minutes", 15),
    ] {
        let message = wait_message("identity-wait", Timestamp(5), Timestamp(5 + ms));
        assert_eq!(message.args[0].1, Arg::Text(unit.to_owned()), "{ms}");
        assert_eq!(message.args[1].1, Arg::Number(count), "{ms}");
    }
}

#[test]
fn only_paths_of_this_site_are_sent_on_to() {
    for to in ["/", "/me", "/drafts/0198?x=1&y=%E9#z"] {
        assert_eq!(local_path(to), to);
    }
    for to in [
        "",
        "me",
        "//evil.example",
        "/\\evil.example",
        "https://evil.example",
        "javascript:alert(1)",
        "/a b",
        "/a\r\nSet-Cookie: x",
        "/\t/evil.example",
        "\\\\evil",
        "/中",
    ] {
        assert_eq!(local_path(to), "/", "{to:?}");
    }
    assert_eq!(local_path(&format!("/{}", "a".repeat(2_000))), "/");
}

#[test]
fn terms_are_whole_days() {
    let now = Timestamp::start_of(day(2026, 3, 5)).plus_ms(3_600_000);
    let d = |text: &str| date(Some(text)).unwrap();
    assert_eq!(date(Some(" ")), Ok(None));
    for bad in ["5.3.2026", "2026-3-5", "2026-02-30", "0000-01-01", "9999-12-31", "2026-03-05T00"] {
        assert_eq!(key(date(Some(bad))), "identity-date-unreadable", "{bad}");
    }
    let open = term(None, None, now).unwrap();
    assert_eq!((open.from_ms, open.until_ms), (now, None));
    let today = term(d("2026-03-05"), d("2026-03-05"), now).unwrap();
    assert_eq!(today.from_ms, now);
    assert_eq!(today.until_ms, Some(Timestamp::start_of(day(2026, 3, 6))));
    let later = term(d("2026-03-09"), d("2026-03-13"), now).unwrap();
    assert_eq!(later.from_ms, Timestamp::start_of(day(2026, 3, 9)));
    assert_eq!(key(term(None, d("2026-03-04"), now)), "identity-term-past");
    assert_eq!(key(term(d("2026-03-09"), d("2026-03-08"), now)), "identity-term-reversed");
}

#[test]
fn roles_must_exist() {
    let role = Role {
        id: "gov-single-window.clerk".to_owned(),
        name: LocalText::new("综合窗口受理员", "Counter clerk"),
        may: Vec::new(),
    };
    let packs = BTreeMap::from([(role.id.clone(), role)]);
    let known = ["platform.operator"];
    let list = |roles: &[&str]| roles.iter().map(|r| (*r).to_owned()).collect::<Vec<_>>();
    let wanted = list(&["platform.operator", "gov-single-window.clerk", "platform.operator"]);
    assert_eq!(
        roles(&wanted, &packs, &known).unwrap(),
        ["gov-single-window.clerk", "platform.operator"]
    );
    let (place, message) =
        roles(&list(&["gov-single-window.clerk", "clerk"]), &packs, &known).unwrap_err();
    assert_eq!((place, message.key.as_ref()), (1, "identity-role-unknown"));
    let many = vec!["platform.operator".to_owned(); ROLES_MAX + 1];
    assert_eq!(roles(&many, &packs, &known).unwrap_err().1.key, "identity-roles-many");
    assert!(is_platform_role("platform.operator") && !is_platform_role("platformer.x"));
}

#[test]
fn searching_has_no_wildcards() {
    assert_eq!(search_pattern(" 100%_\\ "), Some("%100%".to_owned()));
    assert_eq!(search_pattern("%_"), None);
    assert_eq!(search_key("Oriental 100%", Some("91350102MA")), "oriental 100  91350102ma");
}

proptest! {
    #[test]
    fn no_text_makes_a_rule_panic(text in "\\PC{0,200}", other in "\\PC{0,30}") {
        let _ = person_name(&text);
        let _ = line(&text, 10);
        let _ = password(&text, &other, &other);
        let _ = date(Some(&text));
        let _ = search_pattern(&text);
        let path = local_path(&text);
        prop_assert!(path.starts_with('/') && !path.starts_with("//"));
    }

    #[test]
    fn a_name_that_was_taken_is_taken_again(text in "\\PC{1,60}") {
        if let Ok(name) = person_name(&text) {
            prop_assert_eq!(person_name(&name).unwrap(), name);
        }
    }
}
