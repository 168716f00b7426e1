//! Decisions of access by themselves, without a server: a clerk of a few posts asks about cases.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use minshu_kernel::access::{
    Access as _, Actor, Basis, Grant, PermissionSet, Principal, Resource, Scope,
};
use minshu_kernel::clock::Timestamp;
use minshu_kernel::ctx::PacksInForce;
use minshu_kernel::pack::{PackSet, Role};
use minshu_kernel::text::LocalText;
use minshu_runtime::access::AccessRules;

use crate::report::{Report, moment};
use crate::server::Trouble;

/// How often each is asked.
const TIMES: u32 = 20_000;

struct Fixed(Arc<PackSet>);

impl PacksInForce for Fixed {
    fn current(&self) -> Arc<PackSet> {
        self.0.clone()
    }
}

fn set(id: &'static str, basis: Basis, may: &'static [&'static str]) -> PermissionSet {
    PermissionSet { id, name: ("", ""), basis, may }
}

fn rules() -> AccessRules {
    let sets = vec![
        set("load.browse", Basis::Everyone, &["load.items"]),
        set("load.own", Basis::Owner, &["load.case", "load.withdraw"]),
        set("load.intake", Basis::Post, &["load.accept", "load.return", "load.case"]),
        set("load.decide", Basis::Post, &["load.decide", "load.return", "load.case"]),
        set("load.read", Basis::Post, &["load.case", "load.list"]),
    ];
    let role = |id: &str, may: &[&str]| {
        let may = may.iter().map(|m| (*m).to_owned()).collect();
        (id.to_owned(), Role { id: id.to_owned(), name: LocalText::new("", ""), may })
    };
    let roles = [
        role("window.clerk", &["load.intake", "load.read"]),
        role("window.officer", &["load.decide", "load.read"]),
        role("window.reader", &["load.read"]),
    ];
    let packs = PackSet {
        hash: String::new(),
        packs: Vec::new(),
        roles: roles.into(),
        sections: HashMap::new(),
    };
    AccessRules::new(sets, Vec::new(), Arc::new(Fixed(Arc::new(packs))))
}

/// An id of the number, as a text.
fn id(n: u32) -> String {
    format!("01900000-0000-7000-8000-{n:012x}")
}

fn clerk() -> Result<Principal, Trouble> {
    let mut grants = Vec::new();
    for (n, role) in ["window.clerk", "window.officer", "window.reader"].into_iter().enumerate() {
        grants.push(Grant {
            role: role.to_owned(),
            post: id(n as u32).parse()?,
            organisation: id(1).parse()?,
            division: "350102".parse()?,
            until: None,
            instead_of: None,
        });
    }
    Ok(Principal {
        actor: Actor::Account(id(1).parse()?),
        person: Some(id(1).parse()?),
        proved: true,
        grants,
        ..Principal::anonymous()
    })
}

fn case(n: u32) -> Result<Resource, Trouble> {
    Ok(Resource {
        pack: Some("window".to_owned()),
        division: Some("350102".parse()?),
        role: Some("window.clerk".to_owned()),
        owner: Some(id(100 + n).parse()?),
        ..Resource::of("load.case", n)
    })
}

/// Measures.
pub fn measure(report: &mut Report) -> Result<(), Trouble> {
    let (rules, who) = (rules(), clerk()?);
    let ask = |case: &Resource| match rules.authorize(&who, "load.accept", case, Timestamp(0)) {
        Ok(()) => Ok(()),
        Err(refusal) => Err(Trouble::from(refusal.rule)),
    };
    let each = |begun: std::time::Instant| micros(begun.elapsed() / TIMES);
    let same = case(0)?;
    ask(&same)?;
    let begun = moment();
    for _ in 0..TIMES {
        ask(&same)?;
    }
    report.add("a decision that was made before", each(begun), "< 20 µs", "");
    let cases = (1..=TIMES).map(case).collect::<Result<Vec<_>, _>>()?;
    let begun = moment();
    for case in &cases {
        ask(case)?;
    }
    report.add("a decision on another person's case each time", each(begun), "< 20 µs", "");
    let begun = moment();
    let mut terms = 0;
    for _ in 0..TIMES {
        let Scope { terms: scope } = rules.scope(&who, "load.list", Timestamp(0));
        terms += scope.len();
    }
    if terms == 0 {
        return Err("the clerk's list has no scope".into());
    }
    report.add("the scope of a list", each(begun), "", "");
    Ok(())
}

fn micros(each: Duration) -> String {
    format!("{:.1} µs", each.as_secs_f64() * 1_000_000.0)
}
