//! Every text from outside is read or refused, and what is read means what the standards say.

use proptest::prelude::*;

use super::rules::*;

#[test]
fn the_example_of_the_standard_proves_its_challenge() {
    // RFC 7636, appendix B.
    let verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
    let challenge = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";
    assert!(is_challenge(challenge) && proves(verifier, challenge));
    assert!(!proves(&verifier.replace('d', "e"), challenge));
    assert!(!proves("short", challenge) && !is_challenge("short"));
}

#[test]
fn redirects_are_exact_and_safe() {
    for good in ["https://a.example/back?x=1", "http://127.0.0.1:9000/cb", "http://localhost/cb"] {
        assert_eq!(redirect(good).as_deref(), Ok(good));
    }
    for bad in [
        "",
        "http://a.example/",
        "javascript:alert(1)",
        "https://a.example/#f",
        "https://u:p@a.example/",
        "https://*.example/",
        "https:///x y",
        "custom:/back",
        "//a.example/",
        "data:text/html,x",
    ] {
        assert!(redirect(bad).is_err(), "{bad}");
    }
    let sent = with_parameters("https://a.example/back?x=1", &[("code", "a b&c"), ("state", "")]);
    assert_eq!(sent, "https://a.example/back?x=1&code=a+b%26c");
}

#[test]
fn a_client_in_a_header_is_decoded() {
    // client "a:b" and secret "c d&%", form-encoded, then base64.
    let header = format!("basic {}", {
        use base64::Engine as _;
        base64::engine::general_purpose::STANDARD.encode("a%3Ab:c+d%26%25")
    });
    assert_eq!(basic(&header), Some(("a:b".to_owned(), "c d&%".to_owned())));
    for bad in ["", "Basic", "Basic !", "Bearer YTpi", "Basic YQ=="] {
        assert_eq!(basic(bad), None, "{bad}");
    }
}

#[test]
fn scopes_are_words() {
    let words = scope_words("openid  profile openid").unwrap();
    assert_eq!(words, ["openid", "profile"]);
    assert!(scope_words("a\"b").is_none() && scope_words("a\u{7f}").is_none());
    assert_eq!(scope_words(""), Some(Vec::new()));
}

proptest! {
    #[test]
    fn nothing_makes_a_parser_panic(text in ".{0,300}") {
        let _ = (scope_words(&text), redirect(&text), basic(&text), is_challenge(&text));
        let _ = (basic(&format!("Basic {text}")), proves(&text, &text), origin(&text));
        let _ = with_parameters(&text, &[("a", &text)]);
    }

    #[test]
    fn a_registered_address_stays_on_its_site(path in "[a-z/?=&.@:%]{0,60}", state in ".{0,60}") {
        let address = format!("https://a.example/{path}");
        if let Ok(kept) = redirect(&address) {
            let sent = with_parameters(&kept, &[("state", &state)]);
            prop_assert!(sent.starts_with("https://a.example/"), "{}", sent);
        }
    }
}
